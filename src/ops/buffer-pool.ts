import { Buffer } from 'node:buffer'

/** Node's own is 8192. */
const POOL_BYTES = 1024

/**
 * Lets a small buffer that is kept for long keep little else alive. Node cuts small buffers from a block that they share, and
 * the block lives as long as any of them. mqtt-packet keeps the few bytes of every packet length it has ever written, up to
 * 16,384 of them: a block of 8 KiB for each, over weeks, is what a small board does not have.
 */
export function shrinkBufferPool(): void {
  Buffer.poolSize = POOL_BYTES
}

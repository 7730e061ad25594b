import type { Publication } from './publisher.js'

/** Fixed header, topic length, packet id and properties of a PUBLISH, generously. */
const OVERHEAD_BYTES = 32

/** Size of the packet that a publication travels in, no less than it is. */
export function packetBytes({ topic, payload }: Publication, correlationData?: Uint8Array): number {
  return (
    Buffer.byteLength(payload) + Buffer.byteLength(topic) + (correlationData?.length ?? 0) + OVERHEAD_BYTES
  )
}

import { createHash } from 'node:crypto'

/** Two recordings with the same hash are the same, sample for sample, but for digital silence at their ends. */
export function contentHash(samples: Float32Array): string {
  const first = samples.findIndex((sample) => sample !== 0)
  const last = samples.findLastIndex((sample) => sample !== 0)
  const sounding = first < 0 ? new Float32Array(0) : samples.subarray(first, last + 1)
  const bytes = new Uint8Array(sounding.buffer, sounding.byteOffset, sounding.byteLength)
  return createHash('sha256').update(bytes).digest('hex')
}

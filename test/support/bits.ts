/** As text, so that equal numbers of other bits (0 and −0) differ. */
export function bitsOf(values: Float32Array | Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('latin1')
}

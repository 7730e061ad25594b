const f32 = Math.fround

/**
 * First-order high-pass within one frame, float32: y[0] = x[0] − a·x[0], y[i] = x[i] − a·x[i−1].
 * The first sample stands for its own predecessor, so a frame needs no history and the frames of a stream can be
 * computed in any order. `a` is rounded to float32.
 *
 * @param samples read from `offset` on, `length` of them
 * @param out     shape [≥ length], overwritten from 0 on, owned by the caller; not `samples`
 * @see HTK Book 3.4, §5.2
 */
export function preEmphasiseInto(
  samples: Float32Array,
  offset: number,
  length: number,
  a: number,
  out: Float32Array,
): void {
  const a32 = f32(a)
  let previous = samples[offset]
  for (let i = 0; i < length; i++) {
    const x = samples[offset + i]
    out[i] = x - f32(a32 * previous)
    previous = x
  }
}

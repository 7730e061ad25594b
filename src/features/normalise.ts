const f32 = Math.fround

/**
 * Added to every variance. MFCCs are natural logarithms, whose variance over speech is of the order of 1, so it
 * weighs nothing there; a coefficient that does not move (digital silence) becomes exactly 0, never NaN.
 */
export const NORMALISATION_EPSILON = 1e-5

/**
 * Each coefficient to zero mean and unit variance over the frames of one window, float32.
 *
 * Pinned order: sums run sequentially in time, each coefficient by itself, and are taken of the differences from the
 * first frame: mean = x₀ + Σ(x − x₀)/n, variance = Σ(x − mean)²/n, out = (x − mean)·(1/√(variance + ε)).
 *
 * @param matrix row-major [frames × nCoefficients]
 * @param out    the same shape, overwritten, owned by the caller; may be `matrix`
 */
export function normaliseInto(
  matrix: Float32Array,
  frames: number,
  nCoefficients: number,
  out: Float32Array,
): void {
  const end = frames * nCoefficients
  const epsilon = f32(NORMALISATION_EPSILON)
  for (let c = 0; c < nCoefficients; c++) {
    const first = matrix[c]
    let sum = 0
    for (let i = c; i < end; i += nCoefficients) sum = f32(sum + f32(matrix[i] - first))
    const mean = f32(first + f32(sum / frames))
    let squares = 0
    for (let i = c; i < end; i += nCoefficients) {
      const d = f32(matrix[i] - mean)
      squares = f32(squares + f32(d * d))
    }
    const gain = f32(1 / f32(Math.sqrt(f32(f32(squares / frames) + epsilon))))
    for (let i = c; i < end; i += nCoefficients) out[i] = f32(matrix[i] - mean) * gain
  }
}

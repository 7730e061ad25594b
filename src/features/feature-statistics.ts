const f32 = Math.fround

/** Mean and variance of each coefficient over frames of speech. Caller-owned: functions write into it. */
export interface FeatureStatistics {
  /** How many the rest is of, an integer; 0: nothing is known, and the rest means nothing. */
  frames: number
  /** Shape [nCoefficients]. */
  readonly mean: Float32Array
  /** Shape [nCoefficients], of the population (divided by `frames`), none negative. */
  readonly variance: Float32Array
}

/** Statistics of nothing yet. */
export function createFeatureStatistics(nCoefficients: number): FeatureStatistics {
  return { frames: 0, mean: new Float32Array(nCoefficients), variance: new Float32Array(nCoefficients) }
}

/**
 * The statistics of one window.
 *
 * @param matrix row-major [frames × nCoefficients], frames ≥ 1
 * @param out    of as many coefficients, overwritten
 */
export function measureInto(matrix: Float32Array, frames: number, out: FeatureStatistics): void {
  const nCoefficients = out.mean.length
  for (let c = 0; c < nCoefficients; c++) {
    out.mean[c] = columnMean(matrix, frames, nCoefficients, c)
    out.variance[c] = columnVariance(matrix, frames, nCoefficients, c, out.mean[c])
  }
  out.frames = frames
}

/**
 * Mean of one coefficient, float32. Pinned order: sequentially in time, of the differences from the first frame, so
 * that one that does not move is its own mean: x₀ + Σ(x − x₀)/n.
 */
export function columnMean(matrix: Float32Array, frames: number, nCoefficients: number, c: number): number {
  const first = matrix[c]
  const end = frames * nCoefficients
  let sum = 0
  for (let i = c; i < end; i += nCoefficients) sum = f32(sum + f32(matrix[i] - first))
  return f32(first + f32(sum / frames))
}

/** Variance of one coefficient, float32. Pinned order: sequentially in time, Σ(x − mean)²/n. */
export function columnVariance(
  matrix: Float32Array,
  frames: number,
  nCoefficients: number,
  c: number,
  mean: number,
): number {
  const end = frames * nCoefficients
  let squares = 0
  for (let i = c; i < end; i += nCoefficients) {
    const d = f32(matrix[i] - mean)
    squares = f32(squares + f32(d * d))
  }
  return f32(squares / frames)
}

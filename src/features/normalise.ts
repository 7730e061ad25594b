import { columnMean, columnVariance, type FeatureStatistics } from './feature-statistics.js'
import { combinedMean, combinedVariance } from './running-statistics.js'

const f32 = Math.fround

/**
 * Added to every variance. MFCCs are natural logarithms, whose variance over speech is of the order of 1, so it
 * weighs nothing there; a coefficient that does not move (digital silence) becomes exactly 0, never NaN.
 */
export const NORMALISATION_EPSILON = 1e-5

/**
 * Each coefficient to zero mean and unit variance, float32: over the frames of the window, or, with a history, over
 * those that were heard of this voice before and the window's together.
 *
 * Pinned order: the window's own statistics as `columnMean` and `columnVariance`, both together as `combinedMean` and
 * `combinedVariance`, out = (x − mean)·(1/√(variance + ε)). A history of no frames gives the bits of none.
 *
 * @param matrix  row-major [frames × nCoefficients]
 * @param out     the same shape, overwritten, owned by the caller; may be `matrix`
 * @param history what was heard before, without this window; read only
 * @param own     overwritten with the window's own statistics; not `history`
 */
export function normaliseInto(
  matrix: Float32Array,
  frames: number,
  nCoefficients: number,
  out: Float32Array,
  history?: Readonly<FeatureStatistics>,
  own?: FeatureStatistics,
): void {
  const end = frames * nCoefficients
  const epsilon = f32(NORMALISATION_EPSILON)
  const older = history?.frames ?? 0
  const windowShare = f32(frames / (frames + older))
  const historyShare = f32(older / (frames + older))
  for (let c = 0; c < nCoefficients; c++) {
    let mean = columnMean(matrix, frames, nCoefficients, c)
    let variance = columnVariance(matrix, frames, nCoefficients, c, mean)
    if (own !== undefined) {
      own.mean[c] = mean
      own.variance[c] = variance
    }
    if (history !== undefined && older > 0) {
      const difference = f32(history.mean[c] - mean)
      mean = combinedMean(mean, history.mean[c], historyShare)
      variance = combinedVariance(variance, history.variance[c], difference, windowShare, historyShare)
    }
    const gain = f32(1 / f32(Math.sqrt(f32(variance + epsilon))))
    for (let i = c; i < end; i += nCoefficients) out[i] = f32(matrix[i] - mean) * gain
  }
  if (own !== undefined) own.frames = frames
}

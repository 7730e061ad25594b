import type { FeatureStatistics } from './feature-statistics.js'

const f32 = Math.fround

/**
 * Mean of n frames of a window and N of a history together, float32: m_w + (m_h − m_w)·N/(n + N).
 *
 * @param historyShare N/(n + N), float32
 */
export function combinedMean(windowMean: number, historyMean: number, historyShare: number): number {
  return f32(windowMean + f32(f32(historyMean - windowMean) * historyShare))
}

/**
 * Variance of both together, float32: (n·v_w + N·v_h)/(n + N) + (m_h − m_w)²·nN/(n + N)².
 *
 * @param windowShare  n/(n + N), float32
 * @param historyShare N/(n + N), float32
 * @param difference   m_h − m_w, float32
 * @see Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance"
 */
export function combinedVariance(
  windowVariance: number,
  historyVariance: number,
  difference: number,
  windowShare: number,
  historyShare: number,
): number {
  const within = f32(f32(windowShare * windowVariance) + f32(historyShare * historyVariance))
  return f32(within + f32(f32(difference * difference) * f32(windowShare * historyShare)))
}

/**
 * Learns from a window: afterwards the history is of its own frames and the window's together. Where that would be
 * more than `maxFrames`, the history's count is scaled down first, so that what is older weighs less and less.
 *
 * Folding windows one by one gives the statistics of their concatenation, as long as they stay within `maxFrames`.
 *
 * @param history   updated; its `frames` never exceeds `maxFrames` afterwards
 * @param window    of at least one frame; of one longer than `maxFrames` only the statistics stay, counted as so many
 * @param maxFrames an integer, at least 1
 */
export function foldInto(history: FeatureStatistics, window: FeatureStatistics, maxFrames: number): void {
  const frames = Math.min(window.frames, maxFrames)
  const older = Math.min(history.frames, maxFrames - frames)
  if (older === 0) {
    copyStatisticsInto(window, history)
    history.frames = frames
    return
  }
  const historyShare = f32(older / (frames + older))
  const windowShare = f32(frames / (frames + older))
  for (let c = 0; c < history.mean.length; c++) {
    const difference = f32(history.mean[c] - window.mean[c])
    history.mean[c] = combinedMean(window.mean[c], history.mean[c], historyShare)
    history.variance[c] = combinedVariance(
      window.variance[c],
      history.variance[c],
      difference,
      windowShare,
      historyShare,
    )
  }
  history.frames = frames + older
}

/** @param to of as many coefficients, overwritten */
export function copyStatisticsInto(from: FeatureStatistics, to: FeatureStatistics): void {
  to.frames = from.frames
  to.mean.set(from.mean)
  to.variance.set(from.variance)
}

/**
 * One-cycle learning rate: a linear warm-up, then half a cosine to zero.
 *
 * @param progress share of all steps done, in [0, 1]
 * @see Smith & Topin 2018
 */
export function oneCycleLearningRate(progress: number, peak: number, warmUpShare = 0.15): number {
  if (progress < warmUpShare) return peak * (0.1 + (0.9 * progress) / warmUpShare)
  return peak * 0.5 * (1 + Math.cos((Math.PI * (progress - warmUpShare)) / (1 - warmUpShare)))
}

import type { Random } from '../random.js'

/**
 * Share of an example in its mixture with another: Beta(α, α) as a ratio of gamma variates; of the two mirror images
 * the one ≥ ½, so that an example stays itself.
 *
 * @see Zhang et al. 2018 (mixup)
 */
export function mixupShare(alpha: number, random: Random): number {
  if (alpha <= 0) return 1
  const a = gammaSample(alpha, random)
  const b = gammaSample(alpha, random)
  const share = a + b > 0 ? a / (a + b) : 1
  return Math.max(share, 1 - share)
}

/** Marsaglia & Tsang 2000, with the boost for shape < 1. */
function gammaSample(shape: number, random: Random): number {
  if (shape < 1) return gammaSample(shape + 1, random) * Math.max(random.next(), 1e-12) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

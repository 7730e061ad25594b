import { createRandom } from '../random.js'

/**
 * 95 % percentile interval of a figure over clips, by drawing as many clips again with replacement. It says how much
 * the choice of test clips weighs; other speakers or another training would move the figure further.
 *
 * @see Efron & Tibshirani 1993, "An introduction to the bootstrap"
 */
export function bootstrapInterval<T>(
  items: readonly T[],
  figure: (sample: readonly T[]) => number,
  seed: number,
  resamples = 500,
): [number, number] {
  const random = createRandom(seed, items.length)
  const values = Array.from({ length: resamples }, () =>
    figure(items.map(() => items[random.below(items.length)] as T)),
  ).sort((a, b) => a - b)
  const at = (share: number): number => values[Math.round(share * (resamples - 1))] as number
  return [at(0.025), at(0.975)]
}

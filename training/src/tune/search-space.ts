import { createRandom, type Random } from '../random.js'

/** Settings of a recipe that differ from its defaults, nested as the recipe is. */
export interface TunedSettings {
  readonly peakLearningRate: number
  readonly weightDecay: number
  readonly augment: {
    readonly mixupAlpha: number
    readonly labelSmoothing: number
    readonly timeMasks: number
    readonly timeMaskFrames: number
    readonly coefficientMasks: number
    readonly coefficientMaskWidth: number
  }
}

/**
 * Settings of a trial, drawn at random: rates on a logarithmic scale, counts evenly. The same for the same seed and
 * number, however many trials there are.
 *
 * @see Bergstra & Bengio 2012, "Random search for hyper-parameter optimization"
 */
export function drawSettings(seed: number, trial: number): TunedSettings {
  const random = createRandom(seed, trial)
  return {
    peakLearningRate: logarithmic(random, 1e-3, 1.2e-2),
    weightDecay: logarithmic(random, 2e-3, 0.1),
    augment: {
      mixupAlpha: rounded(0.9 * random.next()),
      labelSmoothing: rounded(0.2 * random.next()),
      timeMasks: random.below(4),
      timeMaskFrames: 8 + random.below(25),
      coefficientMasks: random.below(4),
      coefficientMaskWidth: 2 + random.below(8),
    },
  }
}

function logarithmic(random: Random, low: number, high: number): number {
  return rounded(low * (high / low) ** random.next())
}

/** Three significant digits: what is written down reads well, and is what was tried. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

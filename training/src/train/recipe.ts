import { VARIANT_DEFAULTS, type VariantPlan } from '../augment/variant-plan.js'
import type { AuxiliaryWeights } from './auxiliary.js'
import { AUGMENT_DEFAULTS, type AugmentOptions } from './batches.js'

/** How a network is trained, whatever its architecture and the clips. Kept in `run.json`. */
export interface Recipe {
  readonly epochs: number
  readonly batchSize: number
  readonly peakLearningRate: number
  /** Share of the steps in which the learning rate rises. */
  readonly warmUpShare: number
  readonly weightDecay: number
  /** Decay of the moving average of the weights that is kept as the result. */
  readonly emaDecay: number
  /** Exponent of balanced sampling over corpus × speaker × class: 0 as they are, 1 all equally often. */
  readonly balance: number
  /** Share of the loss that is the teachers', and the temperature that they speak at. */
  readonly teacherWeight: number
  readonly teacherTemperature: number
  /** Train as int8 will run it; for a few last epochs of a network that was trained already (`init`). */
  readonly quantizationAware: boolean
  readonly auxiliary: AuxiliaryWeights
  readonly variants: VariantPlan
  readonly augment: AugmentOptions
}

export const RECIPE_DEFAULTS: Recipe = {
  epochs: 60,
  batchSize: 64,
  peakLearningRate: 4e-3,
  warmUpShare: 0.15,
  weightDecay: 0.02,
  emaDecay: 0.995,
  balance: 0,
  teacherWeight: 0.7,
  teacherTemperature: 2,
  quantizationAware: false,
  auxiliary: { sexWeight: 0, intensityWeight: 0 },
  variants: VARIANT_DEFAULTS,
  augment: AUGMENT_DEFAULTS,
}

import type { FeatureStatistics } from '../../../src/features/feature-statistics.js'
import type { Intensity, Sex } from '../corpora/clip.js'

/** MFCCs of one decision window, before normalisation. */
export interface Window {
  /** Row-major [frames × coefficients]. */
  readonly mfcc: Float32Array
  readonly frames: number
}

/** What the network learns from: a clip's windows in each of its variants, and what is known of it. */
export interface Example {
  readonly variants: readonly (readonly Window[])[]
  /** Index of its class among the network's outputs. */
  readonly label: number
  /** 1 for each output that its corpus speaks about, else 0: the loss looks at no other. */
  readonly mask: Float32Array
  readonly corpus: string
  /** Unique among all corpora. */
  readonly speaker: string
  readonly sex: Sex | null
  readonly intensity: Intensity | null
}

/**
 * Turns raw MFCCs into the network's input; the device's own function.
 *
 * @param history what was heard of the speaker before; none: cold
 */
export type NormaliseAndFit = (
  mfcc: Float32Array,
  frames: number,
  out: Float32Array,
  history?: Readonly<FeatureStatistics>,
) => void

/** Why a decision should not be acted on. */
export type AbstainReason = 'no_speech' | 'too_little_speech' | 'low_snr' | 'low_confidence'

/** What affectd makes of one decision window. Times are in samples since the start of the stream, at 16 kHz. */
export interface Judgement {
  readonly startSample: number
  readonly durationSamples: number
  readonly speechSamples: number
  readonly levelDbfs: number
  readonly snrDb: number
  /** Argmax of `probabilities`, also when abstained. */
  readonly label: string
  /** Probability of `label`. */
  readonly confidence: number
  /** Calibrated; one entry a label, in the model's order; sums to 1. */
  readonly probabilities: Readonly<Record<string, number>>
  /** Derived from `probabilities` by the circumplex, both in [−1, 1]. */
  readonly arousal: number
  readonly valence: number
  readonly abstained: boolean
  readonly abstainReason: AbstainReason | null
}

/** The smoothed present state of whoever speaks. */
export interface AffectState {
  readonly label: string
  readonly probabilities: Readonly<Record<string, number>>
  readonly arousal: number
  readonly valence: number
  readonly speaking: boolean
  /** Sample at which `label` became the present one. */
  readonly sinceSample: number
  /** Sample up to which the state has heard. */
  readonly atSample: number
}

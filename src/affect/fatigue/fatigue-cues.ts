/** What the indicator goes by, one value a block; in a block's `values` they stand in this order. */
export const FATIGUE_CUES = [
  'syllable_rate',
  'articulation_rate',
  'pause_ratio',
  'pause_length',
  'f0_median',
  'f0_spread',
  'energy_spread',
  'spectral_tilt',
  'modulation',
] as const

export type FatigueCue = (typeof FATIGUE_CUES)[number]

export interface CueSpec {
  /** +1: a rise is like fatigue; −1: a fall is. */
  readonly sign: 1 | -1
  /** In the composite; all weights sum to 1. */
  readonly weight: number
  /**
   * Least width of the baseline, in the cue's own unit: about what one block of a minute leaves uncertain. A baseline
   * of a few blocks that happen to agree must not make a trifle of a change look large.
   */
  readonly minSigma: number
  /** Between these a block's value is possible. */
  readonly range: readonly [number, number]
}

/**
 * Weights by how strong the literature finds a cue: speaking rate and pauses first, then longer words and the pitch,
 * then pitch variation, then energy and tilt. They are not fitted to anything: there was no recording of tired
 * speakers to fit them to.
 *
 * @see docs/decisions/0018-vocal-fatigue.md
 */
export const CUE_SPECS: Readonly<Record<FatigueCue, CueSpec>> = Object.freeze({
  syllable_rate: { sign: -1, weight: 0.2, minSigma: 0.12, range: [0, 50] },
  articulation_rate: { sign: -1, weight: 0.15, minSigma: 0.12, range: [0, 50] },
  pause_ratio: { sign: 1, weight: 0.15, minSigma: 0.02, range: [0, 1] },
  pause_length: { sign: 1, weight: 0.15, minSigma: 0.05, range: [0, 60] },
  f0_median: { sign: -1, weight: 0.1, minSigma: 0.4, range: [12, 144] },
  f0_spread: { sign: -1, weight: 0.1, minSigma: 0.3, range: [0, 72] },
  energy_spread: { sign: -1, weight: 0.05, minSigma: 0.5, range: [0, 120] },
  spectral_tilt: { sign: -1, weight: 0.05, minSigma: 0.8, range: [-150, 150] },
  modulation: { sign: -1, weight: 0.05, minSigma: 0.015, range: [0, 1] },
})

/** A block of at least `fatigue.min_speech_s` of one voice, measured. */
export interface FatigueBlock {
  /** Unix time of its end, ms. */
  readonly atMs: number
  /** Unix time at which its session began, ms: blocks with the same one are of one session. */
  readonly sessionMs: number
  readonly speechMs: number
  /** 0 … 3: night, morning, afternoon, evening. */
  readonly timeOfDay: number
  /** 0 … 2: noisy, middling, quiet. */
  readonly quietness: number
  /** One a cue, in the order of FATIGUE_CUES, finite. */
  readonly values: readonly number[]
}

export const TIMES_OF_DAY = 4
const HOURS_PER_TIME = 24 / TIMES_OF_DAY

/** @param hour of local time, 0 … 24 */
export function timeOfDay(hour: number): number {
  return Math.min(TIMES_OF_DAY - 1, Math.max(0, Math.floor(hour / HOURS_PER_TIME)))
}

/** Where one stratum of noise ends and the next begins, dB of signal over noise. */
const QUIETNESS_SNR_DB = [12, 24] as const
export const QUIETNESSES = QUIETNESS_SNR_DB.length + 1

export function quietness(snrDb: number): number {
  return QUIETNESS_SNR_DB.filter((bound) => snrDb >= bound).length
}

/** When a decision should not be acted on, and how fast the present state follows the decisions. */
export interface AffectParams {
  /** Less speech in a window: `too_little_speech`. */
  readonly minSpeechMs: number
  /** Speech less above the background: `low_snr`. */
  readonly minSnrDb: number
  /** A less probable best label: `low_confidence`. */
  readonly minConfidence: number
  /** How decisions make the present state: an exponential average, or a sticky hidden Markov model. */
  readonly smoothing: 'exponential' | 'hmm'
  /** Exponential. Of speech: after so much of it, half of what the state rests on is newer. */
  readonly smoothingHalfLifeS: number
  /** Of silence: after so much of it, half of what the state rested on is forgotten. */
  readonly forgettingHalfLifeS: number
  /** Hidden Markov model. Of speech: how long a state lasts on average. */
  readonly dwellS: number
}

export const DEFAULT_AFFECT_PARAMS: AffectParams = Object.freeze({
  minSpeechMs: 500,
  minSnrDb: 3,
  minConfidence: 0.3,
  smoothing: 'exponential',
  smoothingHalfLifeS: 6,
  forgettingHalfLifeS: 60,
  dwellS: 30,
})

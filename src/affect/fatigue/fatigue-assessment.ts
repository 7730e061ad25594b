/** Why nothing is said of the voice's fatigue. */
export type InsufficientReason =
  /** `fatigue.mode` is off, or the source is no live microphone. */
  | 'off'
  /** The baseline has too few sessions … */
  | 'baseline_sessions'
  /** … or too little speech. */
  | 'baseline_speech'
  /** No block of speech has been complete since the start, or none for too long. */
  | 'recent_speech'
  /** The pitch is too far from the baseline's: somebody else speaks. */
  | 'other_voice'

/** What one cue adds to the composite. */
export interface CueAssessment {
  /** Signed so that more means more like fatigue, in robust standard deviations of the baseline, clipped to ±3. */
  readonly z: number
  /** z times the cue's weight; the contributions of all cues sum to the composite of the newest block. */
  readonly contribution: number
}

/**
 * What the vocal fatigue indicator makes of the voice at present: its change from the speaker's own baseline.
 * Experimental. It does not detect drowsiness or sleep, and says nothing of fitness to drive or to work.
 */
export interface FatigueAssessment {
  /** End of the audio it rests on, samples since the start of the stream. */
  readonly atSample: number
  readonly status: 'ok' | 'insufficient_data'
  /** Null if and only if the status is ok. */
  readonly reason: InsufficientReason | null
  /** 0 … 1, what alert rules compare: CUSUM over twice its trigger, so 0.5 triggers and 0.25 is left; null unless ok. */
  readonly score: number | null
  /** Smoothed signed composite, robust standard deviations of the baseline; null unless ok. */
  readonly z: number | null
  /** Sum of what has lately gone beyond the allowance; null unless ok. */
  readonly cusum: number | null
  /** The CUSUM has triggered and not been left. */
  readonly raised: boolean
  /** Of the newest block, by the cue's name; empty unless ok. */
  readonly cues: Readonly<Record<string, CueAssessment>>
  readonly baseline: {
    readonly sessions: number
    readonly speechMs: number
    /** Nothing is learnt while raised. */
    readonly frozen: boolean
  }
}

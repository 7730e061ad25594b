/** How much one cue has changed, and what it adds to the whole. */
export interface FatigueCue {
  /** From the speaker's own median, in robust standard deviations; positive: towards fatigue. Within ±3. */
  readonly z: number
  /** Its part of the composite. */
  readonly contribution: number
}

/** What the vocal fatigue indicator says after a block of speech. Experimental. */
export interface FatigueAssessment {
  readonly atSample: number
  readonly status: 'ok' | 'insufficient_data'
  /** Machine-readable: what is missing. Null if nothing is. */
  readonly reason: string | null
  /** 0 … 1, what alert rules compare; null unless `ok`. */
  readonly score: number | null
  /** Smoothed composite, robust standard deviations from the baseline. */
  readonly z: number | null
  readonly cusum: number | null
  /** Whether the cumulative sum has triggered and not been left since. */
  readonly raised: boolean
  readonly cues: Readonly<Record<string, FatigueCue>>
  readonly baseline: {
    readonly sessions: number
    readonly speechMs: number
    readonly frozen: boolean
  }
}

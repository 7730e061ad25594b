/** How the vocal fatigue indicator listens, compares and triggers. */
export interface FatigueParams {
  readonly mode: 'on' | 'off'
  /** Whose baseline it is: a driver, a shift. Another name begins another baseline. */
  readonly profile: string
  /** Speech in a block, the unit that is measured. */
  readonly minSpeechS: number
  /** Windows nearer to the background are not measured. */
  readonly minSnrDb: number
  /** A longer silence is the end of a turn, not a pause. */
  readonly maxPauseS: number
  /** After so long without speech a new session begins, and what the last one showed no longer counts. */
  readonly sessionGapMin: number
  /** Before it speaks, the baseline needs so many sessions … */
  readonly minSessions: number
  /** … and so much speech. */
  readonly minBaselineMin: number
  /** Blocks that a stratum needs before it is used by itself. */
  readonly minStratumBlocks: number
  /** Blocks further from the baseline's median pitch are of another voice. */
  readonly otherVoiceSt: number
  /** After so much speech, half of the smoothed z is newer. */
  readonly emaHalfLifeS: number
  /** CUSUM: what a block may deviate without adding up, robust standard deviations. */
  readonly cusumK: number
  /** CUSUM: sum at which it triggers, blocks of 60 s times robust standard deviations. */
  readonly cusumH: number
}

/** k and h: docs/decisions/0018-vocal-fatigue.md */
export const DEFAULT_FATIGUE_PARAMS: FatigueParams = Object.freeze({
  mode: 'on',
  profile: 'default',
  minSpeechS: 60,
  minSnrDb: 6,
  maxPauseS: 2.5,
  sessionGapMin: 30,
  minSessions: 3,
  minBaselineMin: 10,
  minStratumBlocks: 8,
  otherVoiceSt: 4,
  emaHalfLifeS: 300,
  cusumK: 0.5,
  cusumH: 5,
})

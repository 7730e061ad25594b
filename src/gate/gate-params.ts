/** How the gate cuts a stream into decision windows. Times are rounded to whole frames of 20 ms, at least one. */
export interface GateParams {
  /** A fainter frame is no speech … */
  readonly minFrameDbfs: number
  /** … nor is one with more of its samples at full scale. */
  readonly maxClippedRatio: number
  /** Score at which a frame starts speech … */
  readonly enterScore: number
  /** … and below which one no longer continues it. Lower than `enterScore`: hysteresis. */
  readonly exitScore: number
  /** Frames at `enterScore` or above, none below `exitScore` between them, before speech has started. */
  readonly enterMs: number
  /** Kept from before the first speech frame: onsets are quieter than what follows. */
  readonly preRollMs: number
  /** Silence after which speech has ended; shorter pauses lie within it. */
  readonly hangoverMs: number
  /** How much of the hangover the segment keeps. At most `hangoverMs`. */
  readonly postRollMs: number
  /** Least speech in a decision window. */
  readonly minSpeechMs: number
  /** A speech frame this periodic or more is voiced … */
  readonly voicedScore: number
  /** … and so much of a decision window must be: noise is not. */
  readonly minVoicedMs: number
  /** Least spread of level over its speech frames, 15th to 85th percentile: a tone or a hum has none. */
  readonly minLevelSpreadDb: number
  /** Least level of its speech frames. */
  readonly minLevelDbfs: number
  /** Speech that goes on for longer is cut here, and a new segment begins. */
  readonly maxSpeechMs: number
  /** Length of a decision window; shorter segments are one window of their own length. */
  readonly windowMs: number
  /** Time between windows while speech goes on. */
  readonly windowHopMs: number
  /** New speech that a segment must hold after its last window to be worth another at its end. */
  readonly tailSpeechMs: number
}

export const DEFAULT_GATE_PARAMS: GateParams = Object.freeze({
  minFrameDbfs: -75,
  maxClippedRatio: 0.3,
  enterScore: 0.8,
  exitScore: 0.65,
  enterMs: 60,
  preRollMs: 200,
  hangoverMs: 600,
  postRollMs: 200,
  minSpeechMs: 300,
  voicedScore: 0.55,
  minVoicedMs: 120,
  minLevelSpreadDb: 7,
  minLevelDbfs: -60,
  maxSpeechMs: 30_000,
  windowMs: 3000,
  windowHopMs: 1500,
  tailSpeechMs: 500,
})

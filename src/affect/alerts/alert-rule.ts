import type { FatigueAssessment } from '../fatigue/fatigue-assessment.js'

/**
 * When to raise an alert, and when it is over. All times are of the audio clock: what counts is how long something was
 * heard, never how many decisions that gave.
 */
export interface AlertRule {
  /** Its topic is `alert/<kind>`: `[a-z][a-z0-9_]*`. */
  readonly kind: string
  /** See `parseScore`. */
  readonly score: string
  /** A window hits if its score is at least this … */
  readonly enter: number
  /** … and clears if it is below this. At most `enter`: hysteresis. */
  readonly exit: number
  /** k: raised once so many … */
  readonly hits: number
  /** … of the last n windows hit, over once so many of them clear. */
  readonly of: number
  /** Windows that ended longer ago do not count. An alert is over when nothing was judged for so long. */
  readonly withinS: number
  /** From the start of the first of those hits to the end of the last. */
  readonly minDurationS: number
  /** After its end it is not raised again for so long. */
  readonly cooldownS: number
}

/** A window judged by one rule's score, samples since the start of the stream. */
export interface ScoredWindow {
  readonly startSample: number
  readonly endSample: number
  readonly score: number
}

/** Why an alert is over: heard, not heard any more, or it would mean nothing any more. */
export type AlertEnd = 'score' | 'silence' | AlertCut

/** What ends alerts from outside. */
export type AlertCut = 'stream_ended' | 'not_listening' | 'quiet_hours' | 'restart' | 'shutdown'

/** An alert was raised or is over. */
export interface AlertChange {
  readonly rule: AlertRule
  readonly active: boolean
  /** Mean over `windows`; of an alert that was cut off, the last one that was said. */
  readonly score: number
  /** Start of the first hit that it was raised by. */
  readonly sinceSample: number
  readonly atSample: number
  /** Raised: the hits that it rests on. Over by its score: the windows that clear. Else none. */
  readonly windows: readonly ScoredWindow[]
  /** Null while it is active. */
  readonly endedBy: AlertEnd | null
  /** What it rests on, where its score is the fatigue indicator's and that has spoken. */
  readonly fatigue: FatigueAssessment | null
}

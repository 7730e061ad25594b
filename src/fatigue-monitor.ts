import type { FatigueAssessment } from './affect/fatigue/fatigue-assessment.js'
import { FatigueBaseline } from './affect/fatigue/fatigue-baseline.js'
import {
  quietness,
  timeOfDay,
  FATIGUE_CUES,
  type FatigueBlock,
  type FatigueCue,
} from './affect/fatigue/fatigue-cues.js'
import { FatigueIndicator } from './affect/fatigue/fatigue-indicator.js'
import type { FatigueParams } from './affect/fatigue/fatigue-params.js'
import { speakingStyle, type SpeakingStyle } from './features/speaking-style.js'
import { FatigueListener } from './fatigue-listener.js'
import type { Segment } from './gate/segment.js'

/** A roll-over that was missed for so long is made up for. */
const DAY_MS = 86_400_000

/** Which measure is which cue. */
const MEASURE_OF: Readonly<Record<FatigueCue, keyof SpeakingStyle>> = {
  syllable_rate: 'syllableRatePerS',
  articulation_rate: 'articulationRatePerS',
  pause_ratio: 'pauseRatio',
  pause_length: 'pauseLengthS',
  f0_median: 'f0MedianSt',
  f0_spread: 'f0SpreadSt',
  energy_spread: 'energySpreadDb',
  spectral_tilt: 'spectralTiltDb',
  modulation: 'modulationShare',
}

/**
 * Joins the gate's windows to the fatigue indicator: blocks of at least `minSpeechS` of speech are measured and
 * compared with the voice's baseline. Experimental: see docs/fatigue.md.
 *
 * A session is speech without a silence of `sessionGapMin` or more.
 */
export class FatigueMonitor {
  readonly #indicator: FatigueIndicator
  readonly #listener: FatigueListener
  #lastMs: number | null = null
  #sessionMs = 0

  /**
   * @param baseline what is known of the voice; lives on while monitors come and go
   * @param hourOf   hour of local time, 0 … 24; default: in the process's time zone
   */
  constructor(
    private readonly params: FatigueParams,
    readonly baseline: FatigueBaseline = new FatigueBaseline(params),
    private readonly hourOf: (unixMs: number) => number = (unixMs) => new Date(unixMs).getHours(),
  ) {
    this.#indicator = new FatigueIndicator(baseline, params)
    this.#listener = new FatigueListener(params)
  }

  /** The latest. */
  get assessment(): FatigueAssessment {
    return this.#indicator.assessment
  }

  /**
   * @param segment every window that the gate cuts, in their order; its samples are not retained
   * @param unixMs  time of its first sample
   * @returns a new assessment, if this window completed a block or began a session; else null
   */
  hear(segment: Segment, unixMs: number): FatigueAssessment | null {
    if (this.params.mode === 'off') return null
    const began = this.#mindSession(segment, unixMs)
    this.#listener.hear(segment)
    if (this.#listener.speechMs < this.params.minSpeechS * 1000) return began
    const { turns, speechMs, snrDb } = this.#listener.take()
    const style = speakingStyle(turns)
    for (const turn of turns) turn.wipe()
    if (style === null) return began
    const endSample = segment.startSample + segment.samples.length
    return this.#indicator.add(this.#blockOf(style, speechMs, snrDb, unixMs), endSample)
  }

  /** The stream broke off: what comes next has other sample numbers, and no pause is known before it. */
  breakOff(): void {
    this.#listener.breakOff()
  }

  /** To be called once a day: what was heard since the last time joins the baseline, unless raised. */
  rollOver(_unixMs?: number): void {
    this.#indicator.rollOver()
  }

  /**
   * Forgets the baseline and what was heard.
   *
   * @returns speech that was known, ms
   */
  reset(): number {
    this.#listener.forget()
    this.#lastMs = null
    return this.#indicator.reset()
  }

  #mindSession({ startSample }: Segment, unixMs: number): FatigueAssessment | null {
    const last = this.#lastMs
    this.#lastMs = unixMs
    // A step of the wall clock, too, begins a session: what lies between is not known.
    if (last !== null && Math.abs(unixMs - last) < this.params.sessionGapMin * 60_000) return null
    this.#sessionMs = unixMs
    if (last !== null) this.#listener.forget()
    const assessment = this.#indicator.beginSession(startSample)
    const [oldest] = this.baseline.pending
    if (oldest !== undefined && oldest.atMs < unixMs - DAY_MS) this.#indicator.rollOver()
    return last === null ? null : assessment
  }

  #blockOf(style: SpeakingStyle, speechMs: number, snrDb: number, unixMs: number): FatigueBlock {
    return {
      atMs: unixMs,
      sessionMs: this.#sessionMs,
      speechMs,
      timeOfDay: timeOfDay(this.hourOf(unixMs)),
      quietness: quietness(snrDb),
      values: FATIGUE_CUES.map((cue) => style[MEASURE_OF[cue]]),
    }
  }
}

import type { FatigueAssessment } from './affect/fatigue/fatigue-assessment.js'
import { FatigueBaseline } from './affect/fatigue/fatigue-baseline.js'
import { FatigueIndicator } from './affect/fatigue/fatigue-indicator.js'
import type { FatigueParams } from './affect/fatigue/fatigue-params.js'
import { FatigueBlockMeter } from './fatigue-block-meter.js'
import type { Segment } from './gate/segment.js'

/** A roll-over that was missed for so long is made up for. */
const DAY_MS = 86_400_000

/**
 * Joins the gate's windows to the fatigue indicator: blocks of at least `minSpeechS` of speech are measured and
 * compared with the voice's baseline. Experimental: see docs/fatigue.md.
 */
export class FatigueMonitor {
  readonly #indicator: FatigueIndicator
  readonly #meter: FatigueBlockMeter

  /**
   * @param baseline what is known of the voice; lives on while monitors come and go
   * @param hourOf   hour of local time, 0 … 24; default: in the process's time zone
   */
  constructor(
    private readonly params: FatigueParams,
    readonly baseline: FatigueBaseline = new FatigueBaseline(params),
    hourOf: (unixMs: number) => number = (unixMs) => new Date(unixMs).getHours(),
  ) {
    this.#indicator = new FatigueIndicator(baseline, params)
    this.#meter = new FatigueBlockMeter(params, hourOf)
  }

  /** The latest. */
  get assessment(): FatigueAssessment {
    return this.#indicator.assessment
  }

  /**
   * @param segment every window that the gate cuts, in their order; its samples are not retained
   * @param unixMs  time of its first sample
   * @returns a new assessment, if this window completed a block or began another session; else null
   */
  hear(segment: Segment, unixMs: number): FatigueAssessment | null {
    if (this.params.mode === 'off') return null
    const { startSample, samples } = segment
    const { isNewSession, block } = this.#meter.hear(segment, unixMs)
    const began = isNewSession ? this.#indicator.beginSession(startSample) : null
    this.#makeUpFor(unixMs)
    return block === null ? began : this.#indicator.add(block, startSample + samples.length)
  }

  /** The stream broke off: what comes next has other sample numbers, and no pause is known before it. */
  breakOff(): void {
    this.#meter.breakOff()
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
    this.#meter.forget()
    return this.#indicator.reset()
  }

  /** A device that was off at the hour of the roll-over would never learn. */
  #makeUpFor(unixMs: number): void {
    const [oldest] = this.baseline.pending
    if (oldest !== undefined && oldest.atMs < unixMs - DAY_MS) this.#indicator.rollOver()
  }
}

import type { FatigueAssessment } from './affect/fatigue/fatigue-assessment.js'
import type { Judgement } from './affect/judgement.js'
import { emptyCounts, Tally, type TallyCounts } from './affect/summary/tally.js'
import { encodeTally, parseTally, TALLY_MAX_BYTES, type KeptPeriod } from './affect/summary/tally-format.js'
import type { Clock } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import { dayOf } from './ops/schedule/day-of.js'
import type { StateFile } from './ops/state-file.js'
import type { SummaryPeriod } from './publish/summary-message.js'
import { StateKeeper } from './state-keeper.js'

/** A power cut costs a summary what was counted since. */
export const SUMMARY_SAVE_INTERVAL_MS = 15 * 60_000
const MINUTE_MS = 60_000
/** A clock that shows less has not been set yet since the board was switched on. */
const CLOCK_IS_SET_MS = Date.UTC(2026, 0, 1)

/** When a period is over. */
export type PeriodRule =
  | { readonly kind: 'day'; readonly timeZone: string; readonly beginsAt: string }
  | { readonly kind: 'aggregate'; readonly minMinutes: number; readonly minDecisions: number }

export interface SummariesOptions {
  readonly rule: PeriodRule
  /** Undefined: it is forgotten with the process. */
  readonly file: StateFile | undefined
  readonly clock: Clock
  readonly log: Logger
  /** A period is over. */
  readonly onPeriod: (counts: TallyCounts, period: Omit<SummaryPeriod, 'timeZone'>) => void
}

/** Counts what is decided, period after period; the present one is kept over a restart. */
export class Summaries {
  #tally = new Tally()
  #startMs: number
  #lastMs: number
  /** Of tallies before. */
  #revisions = 0
  readonly #keeper: StateKeeper | undefined

  constructor(private readonly options: SummariesOptions) {
    const { file, clock, log } = options
    this.#startMs = this.#lastMs = clock.nowMs()
    if (file === undefined) return
    const speechMs = (): number => Math.round(this.#tally.counts.speechMs)
    const revision = (): number => this.#revisions + this.#tally.revision
    this.#keeper = new StateKeeper({
      state: {
        name: 'summary of the period',
        get speechMs() {
          return speechMs()
        },
        get revision() {
          return revision()
        },
        isEmpty: false,
        encode: () => encodeTally(this.#kept),
        restore: (bytes) => this.#restore(parseTally(bytes)),
        forget: () => 0,
      },
      file,
      maxFileBytes: TALLY_MAX_BYTES,
      saveIntervalMs: SUMMARY_SAVE_INTERVAL_MS,
      codes: {
        refused: 'SUMMARY_REFUSED',
        unwritable: 'SUMMARY_UNWRITABLE',
        notRemoved: 'SUMMARY_UNWRITABLE',
      },
      clock,
      log,
    })
  }

  /** Goes on where the process before left off. A period that has ended meanwhile is over at the next check. */
  start(): void {
    this.#keeper?.restore()
    this.#keeper?.start()
  }

  stop(): void {
    this.#keeper?.stop()
  }

  addDecision(judgement: Judgement): void {
    this.#tally.addDecision(judgement)
    this.#lastMs = Math.max(this.#lastMs, this.options.clock.nowMs())
  }

  addAlert(alert: { readonly kind: string; readonly active: boolean }): void {
    this.#tally.addAlert(alert)
  }

  addFatigue(assessment: FatigueAssessment): void {
    this.#tally.addFatigue(assessment)
  }

  /** Ends the period if it is over. As often as one likes. */
  check(): void {
    const nowMs = this.options.clock.nowMs()
    const endMs = this.#endOfPeriod(nowMs)
    if (endMs === null) {
      this.#lastMs = Math.max(this.#startMs, this.#lastMs, nowMs)
      return
    }
    const { counts } = this.#tally
    this.#revisions += this.#tally.revision + 1
    this.#tally = new Tally()
    const period = { kind: this.options.rule.kind, startMs: this.#startMs, endMs }
    this.#startMs = this.#lastMs = nowMs
    this.options.onPeriod(counts, period)
  }

  /** @returns null while it goes on */
  #endOfPeriod(nowMs: number): number | null {
    const { rule } = this.options
    if (nowMs < CLOCK_IS_SET_MS && nowMs < this.#startMs) return null
    if (rule.kind === 'day') {
      const day = (unixMs: number): string => dayOf(unixMs, rule.timeZone, rule.beginsAt)
      if (day(this.#startMs) === day(nowMs)) return null
      // It may have ended while the device was off, or the clock was set.
      const wasWatched = nowMs >= this.#lastMs && nowMs - this.#lastMs < 2 * MINUTE_MS
      return wasWatched ? nowMs : Math.max(this.#startMs, this.#lastMs)
    }
    if (nowMs < this.#startMs) {
      // The clock was set back: how long the period is cannot be told any more, so it begins anew, with what it holds.
      this.#startMs = nowMs
      return null
    }
    const isLong = nowMs - this.#startMs >= rule.minMinutes * MINUTE_MS
    // Those that abstained stand behind no share and no mean.
    const { decisions, abstained } = this.#tally.counts
    const standing = Object.values(abstained).reduce((left, n) => left - n, decisions)
    return isLong && standing >= rule.minDecisions ? nowMs : null
  }

  get #kept(): KeptPeriod {
    const { kind } = this.options.rule
    return { kind, startMs: this.#startMs, lastMs: this.#lastMs, counts: this.#tally.counts }
  }

  /** A day is no aggregate, and the other way round: what one may say the other may not. */
  #restore({ kind, startMs, lastMs, counts }: KeptPeriod): void {
    const isSame = kind === this.options.rule.kind
    this.#revisions += this.#tally.revision + 1
    this.#tally = new Tally(isSame ? counts : emptyCounts())
    if (isSame) [this.#startMs, this.#lastMs] = [startMs, lastMs]
  }
}

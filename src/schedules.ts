import type { Clock, Timer } from './ops/clock.js'
import type { Cron } from './ops/schedule/cron.js'
import { dailyAt } from './ops/schedule/day-of.js'
import { localTime } from './ops/schedule/local-time.js'
import { boundaries, isWithin, parseWeeklyHours, type WeeklyHours } from './ops/schedule/weekly-hours.js'

/** Cron says when something is due; a clock that was set, or a time that was slept through, shows within so long. */
export const SCHEDULE_CHECK_MS = 60_000

export interface ScheduleTimes {
  /** IANA name; empty: the machine's. */
  readonly timeZone: string
  /** As `parseWeeklyHours` takes them; empty: always. */
  readonly listeningHours: string
  /** Empty: never. */
  readonly quietHours: string
  /** Times of day. */
  readonly summaryTime: string
  readonly baselineRollover: string
  /** Cron expression; empty: never. */
  readonly refresh: string
}

/** What is done at its time. All may be done too often. */
export interface ScheduledActs {
  readonly holdListening: (isHeld: boolean) => void
  /** Ends a summary's period if it is over. */
  readonly checkSummary: () => void
  readonly rollOverBaseline: () => void
  readonly refresh: () => void
}

/**
 * Does things at times of the day and the week. Hours are looked at, not counted down: at the start, at their boundaries
 * and every minute, what the clock on the wall shows decides. So a start in the middle of them, a missed boundary, a
 * change to summer time and a clock that is set all come right by themselves.
 */
export class Schedules {
  readonly #listeningHours: WeeklyHours | undefined
  readonly #quietHours: WeeklyHours | undefined
  #timers: Timer[] = []
  #check: Timer | undefined

  constructor(
    private readonly times: ScheduleTimes,
    private readonly acts: ScheduledActs,
    private readonly cron: Cron,
    private readonly clock: Clock,
  ) {
    const { listeningHours, quietHours } = times
    this.#listeningHours = listeningHours === '' ? undefined : parseWeeklyHours(listeningHours)
    this.#quietHours = quietHours === '' ? undefined : parseWeeklyHours(quietHours)
  }

  start(): void {
    const { timeZone, summaryTime, baselineRollover, refresh } = this.times
    const at = (expression: string, act: () => void): void =>
      void this.#timers.push(this.cron.at(expression, timeZone, act))
    for (const boundary of boundaries(this.#listeningHours ?? [])) at(boundary, () => this.#look())
    at(dailyAt(summaryTime), this.acts.checkSummary)
    at(dailyAt(baselineRollover), this.acts.rollOverBaseline)
    if (refresh !== '') at(refresh, this.acts.refresh)
    this.#watch()
  }

  stop(): void {
    for (const timer of this.#timers) timer.clear()
    this.#timers = []
    this.#check?.clear()
  }

  /** No alert is raised now. */
  isQuiet(): boolean {
    return this.#quietHours !== undefined && this.#isNowWithin(this.#quietHours)
  }

  #watch(): void {
    this.#look()
    this.#check = this.clock.after(SCHEDULE_CHECK_MS, () => this.#watch())
  }

  #look(): void {
    this.acts.holdListening(this.#listeningHours !== undefined && !this.#isNowWithin(this.#listeningHours))
    this.acts.checkSummary()
  }

  #isNowWithin(hours: WeeklyHours): boolean {
    return isWithin(hours, localTime(this.clock.nowMs(), this.times.timeZone))
  }
}

import type { FleetDevice } from './device-book.js'
import { isOnline } from './select-devices.js'

/** What is going on in a fleet, in numbers. */
export class FleetTally {
  readonly #alerts = new Set<string>()
  #events = 0
  #sinceMs: number

  constructor(nowMs: number) {
    this.#sinceMs = nowMs
  }

  event(): void {
    this.#events += 1
  }

  /** @param alert `bus-12/anger` */
  alert(alert: string, isActive: boolean): void {
    // Bounded by what a book of devices holds, a few alerts each: a stranger's are not endless.
    if (!isActive) this.#alerts.delete(alert)
    else if (this.#alerts.size < 100_000) this.#alerts.add(alert)
  }

  /**
   * One line; the rate is over the time since the last.
   *
   * @param nowMs of the clock that the tally was begun with
   */
  line(devices: readonly FleetDevice[], nowMs: number): string {
    const seconds = (nowMs - this.#sinceMs) / 1000
    const rate = seconds > 0 ? this.#events / seconds : 0
    this.#events = 0
    this.#sinceMs = nowMs
    const onTrial = devices.filter(({ reported }) => reported?.confirmed === false).length
    return [
      `${devices.length} devices`,
      `${devices.filter(isOnline).length} online`,
      `${devices.filter(({ status }) => status?.state === 'degraded').length} degraded`,
      `${rate.toFixed(1)} decisions/s`,
      `${this.#alerts.size} alerts active`,
      `${onTrial} on trial`,
    ].join(', ')
  }
}

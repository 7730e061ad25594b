import type { Clock, Timer } from './ops/clock.js'

/** Reports at once when started, then again and again until stopped, and whenever it is told to. */
export class HealthReporter {
  #timer: Timer | undefined

  /** @param report must not throw */
  constructor(
    private readonly clock: Clock,
    private intervalMs: number,
    private readonly report: () => void,
  ) {}

  start(): void {
    this.report()
    this.#timer = this.clock.after(this.intervalMs, () => this.start())
  }

  /** From the next report on. */
  every(intervalMs: number): void {
    if (intervalMs === this.intervalMs) return
    this.intervalMs = intervalMs
    if (this.#timer === undefined) return
    this.#timer.clear()
    this.start()
  }

  /** Something changed that should not wait for the interval. */
  now(): void {
    this.report()
  }

  stop(): void {
    this.#timer?.clear()
  }
}

import type { Clock, Timer } from './ops/clock.js'

/** Reports at once when started, and then again and again until stopped. */
export class HealthReporter {
  #timer: Timer | undefined

  /** @param report must not throw */
  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
    private readonly report: () => void,
  ) {}

  start(): void {
    this.report()
    this.#timer = this.clock.after(this.intervalMs, () => this.start())
  }

  stop(): void {
    this.#timer?.clear()
  }
}

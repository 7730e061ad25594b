import type { Clock, Timer } from '../ops/clock.js'

/**
 * Notices a broker that answers pings but acknowledges nothing. Calls `onSilence` when something was in flight and no
 * answer came for the whole of a period.
 */
export class AckWatch {
  #timer: Timer | undefined
  #answered = false

  constructor(
    private readonly clock: Clock,
    private readonly periodMs: number,
    private readonly inFlight: () => number,
    private readonly onSilence: () => void,
  ) {}

  /** Something was sent that wants an answer. */
  sent(): void {
    if (this.#timer !== undefined || this.inFlight() === 0) return
    this.#answered = false
    this.#timer = this.clock.after(this.periodMs, () => {
      this.#timer = undefined
      if (this.#answered || this.inFlight() === 0) this.sent()
      else this.onSilence()
    })
  }

  answered(): void {
    this.#answered = true
  }

  stop(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }
}

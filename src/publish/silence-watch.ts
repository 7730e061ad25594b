import type { Clock, Timer } from '../ops/clock.js'

/**
 * The client's own keepalive gives up after one and a half of it. Twice is for a client whose keepalive has gone wrong:
 * mqtt.js has had releases that latched there.
 */
const KEEPALIVES_OF_SILENCE = 2

/**
 * Calls `onSilence` once when nothing at all has come over a connection for twice its keepalive, though a ping has to be
 * answered within one. What is heard costs a reading of the clock, not a timer.
 */
export class SilenceWatch {
  #timer: Timer | undefined
  #heardAtMs = 0
  #limitMs = Infinity

  constructor(
    private readonly clock: Clock,
    private readonly onSilence: () => void,
  ) {}

  /** @param keepaliveS of this connection; Infinity: its silence means nothing */
  start(keepaliveS: number): void {
    this.stop()
    this.#limitMs = KEEPALIVES_OF_SILENCE * keepaliveS * 1000
    this.heard()
    this.#lookIn(this.#limitMs)
  }

  heard(): void {
    this.#heardAtMs = this.clock.monotonicMs()
  }

  stop(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }

  #lookIn(delayMs: number): void {
    if (!Number.isFinite(delayMs)) return
    this.#timer = this.clock.after(delayMs, () => {
      this.#timer = undefined
      const leftMs = this.#heardAtMs + this.#limitMs - this.clock.monotonicMs()
      if (leftMs > 0) this.#lookIn(leftMs)
      else this.onSilence()
    })
  }
}

import { samplesToMs } from '../units.js'

/** Nobody needs to be told about work that is over sooner. */
const QUIET_MS = 1000
const REDRAW_MS = 200

/** One line on a terminal that says how far the work is; it is gone when the work is done. */
export class Progress {
  readonly #startedMs: number
  #drawnMs = -Infinity
  #isShown = false

  /** @param isTty of where `write` goes; elsewhere nothing is ever written */
  constructor(
    private readonly write: (text: string) => void,
    private readonly isTty: boolean,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.#startedMs = monotonicMs()
  }

  /** @param samples of this file so far */
  at(file: number, files: number, samples: number): void {
    if (!this.isTty) return
    const nowMs = this.monotonicMs()
    if (nowMs - this.#startedMs < QUIET_MS || nowMs - this.#drawnMs < REDRAW_MS) return
    this.#drawnMs = nowMs
    this.#isShown = true
    const minutes = samplesToMs(samples) / 60_000
    this.write(`\r\u001b[Kfile ${file} of ${files}, ${minutes.toFixed(1)} min judged`)
  }

  /** Makes room for other text. */
  clear(): void {
    if (this.#isShown) this.write('\r\u001b[K')
    this.#isShown = false
  }
}

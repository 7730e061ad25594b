import type { Writable } from 'node:stream'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { SoakAudio } from './soak-audio.js'

const TICK_MS = 20
/** Who was kept from hearing for longer has missed it: audio does not come all at once afterwards. */
const MOST_BEHIND_S = 5

/** Lets a process hear at a multiple of real time; while it does not take the audio, the audio waits. */
export class PacedFeed {
  readonly #timer: NodeJS.Timeout
  readonly #second = new Int16Array(SAMPLE_RATE_HZ)
  #startedMs = performance.now()
  #given = 0
  #isStalled = false
  #isOver = false
  /** Seconds of audio that were written so far. */
  seconds = 0

  /** @param speed times real time */
  constructor(
    private readonly audio: SoakAudio,
    private readonly listener: Writable,
    private readonly speed: number,
  ) {
    listener.on('error', () => (this.#isOver = true))
    this.#timer = setInterval(() => this.#give(), TICK_MS)
  }

  /** Nothing comes until it is let go on, as from a pipe whose writer hangs. */
  set isStalled(isStalled: boolean) {
    this.#isStalled = isStalled
    this.#rebase()
  }

  /** The end of the audio. */
  end(): void {
    this.#isOver = true
    clearInterval(this.#timer)
    this.listener.end()
  }

  #give(): void {
    if (this.#isStalled || this.#isOver) return
    const dueS = ((performance.now() - this.#startedMs) * this.speed) / 1000
    if (dueS - this.#given > MOST_BEHIND_S + (this.speed * TICK_MS) / 1000) {
      if (this.listener.writableNeedDrain) return
      this.#rebase(MOST_BEHIND_S)
      return
    }
    while (this.#given < dueS && !this.listener.writableNeedDrain) {
      this.audio.nextSecondInto(this.#second)
      this.listener.write(Buffer.from(this.#second.buffer.slice(0)))
      this.#given += 1
      this.seconds += 1
    }
  }

  #rebase(behindS = 0): void {
    this.#startedMs = performance.now() - (behindS * 1000) / this.speed
    this.#given = 0
  }
}

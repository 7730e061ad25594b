import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'

const DEMO = fileURLToPath(new URL('../../../assets/demo.wav', import.meta.url))
/** Canonical header of the bundled recording, which is 16 kHz, 16 bit, mono. */
const HEADER_BYTES = 44
const BYTES_PER_SECOND = 2 * SAMPLE_RATE_HZ
const TICK_MS = 50

/** Speech without end, several times as fast as spoken, into whichever process listens. */
export class AudioFeed {
  readonly #audio = readFileSync(DEMO).subarray(HEADER_BYTES)
  readonly #timer: NodeJS.Timeout
  #position = 0
  #listener: Writable | undefined

  /** @param speed times real time */
  constructor(speed: number) {
    const bytes = 2 * Math.round((speed * BYTES_PER_SECOND * TICK_MS) / 1000 / 2)
    this.#timer = setInterval(() => this.#say(bytes), TICK_MS)
  }

  /** Whoever takes it from now on. What it does not take in time is not kept for it. */
  set listener(listener: Writable | undefined) {
    this.#listener = listener
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #say(bytes: number): void {
    const listener = this.#listener
    if (listener === undefined || !listener.writable || listener.writableNeedDrain) return
    const end = this.#position + bytes
    listener.write(this.#audio.subarray(this.#position, end))
    this.#position = end >= this.#audio.length ? 0 : end
  }
}

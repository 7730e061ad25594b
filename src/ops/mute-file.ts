import { closeSync, constants, openSync, readSync } from 'node:fs'
import { reasonOf } from '../reason-of.js'
import type { Clock, Timer } from './clock.js'
import type { Logger } from './logger.js'

/** What a finger on a switch does not notice. Files of the kernel tell nobody of a change, so they are looked at. */
export const MUTE_POLL_MS = 300

export interface MuteFileOptions {
  readonly path: string
  /** Which of its values mutes: `1` or `0`. */
  readonly mutedValue: '0' | '1'
  readonly clock: Clock
  readonly log: Logger
}

/**
 * A mute by hand, as a file that holds `0` or `1`: a switch at a pin of the board, or what another program writes. What
 * cannot be read, or is neither, mutes: a torn wire must not switch the microphone on.
 */
export class MuteFile {
  #timer: Timer | undefined
  #hasWarned = false
  readonly #bytes = Buffer.alloc(16)

  constructor(
    private readonly options: MuteFileOptions,
    private readonly onMute: (isMuted: boolean) => void,
  ) {}

  /** Says at once how it is, and then whenever it is looked at. */
  start(): void {
    this.onMute(this.#isMuted())
    this.#timer = this.options.clock.after(MUTE_POLL_MS, () => this.start())
  }

  stop(): void {
    this.#timer?.clear()
  }

  #isMuted(): boolean {
    const { path, mutedValue, log } = this.options
    try {
      const value = this.#read(path)
      if (value !== '0' && value !== '1') throw new Error('it holds neither 0 nor 1')
      this.#hasWarned = false
      return value === mutedValue
    } catch (error) {
      if (!this.#hasWarned) {
        this.#hasWarned = true
        const fields = { code: 'PRIVACY_MUTE_UNREADABLE', path, reason: reasonOf(error) }
        log.error(fields, 'muted: mend privacy.mute_file or empty it')
      }
      return true
    }
  }

  #read(path: string): string {
    // A pipe must not hold up the program, nor a large file fill it.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return this.#bytes.toString('latin1', 0, readSync(file, this.#bytes, 0, this.#bytes.length, 0)).trim()
    } finally {
      closeSync(file)
    }
  }
}

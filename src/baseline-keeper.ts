import { ConfigError } from './errors.js'
import { encodeBaseline, parseBaseline, type BaselineIdentity } from './features/baseline-format.js'
import type { Clock, Timer } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { StateFile } from './ops/state-file.js'
import { reasonOf } from './reason-of.js'
import type { VoiceBaseline } from './voice-baseline.js'

/**
 * Between two writes. A write is 2 kB, some 20 kB with what the file system adds: at most 288 of them a day of speech
 * without end are 6 MB, nothing to an SD card. A power cut costs what was learnt since.
 */
export const SAVE_INTERVAL_MS = 5 * 60_000

const MAX_FILE_BYTES = 64 * 1024

export interface BaselineKeeperOptions {
  readonly voice: VoiceBaseline
  readonly file: StateFile
  readonly identity: BaselineIdentity
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Keeps the voice baseline over restarts: read once, written when it has changed, at most every five minutes and at
 * the end. Where the folder cannot be written it says so once and goes on from memory.
 */
export class BaselineKeeper {
  #timer: Timer | undefined
  #keptRevision = 0
  #isRestored = false
  #hasWarned = false

  constructor(private readonly options: BaselineKeeperOptions) {}

  /** Takes up what was kept, if it can be used. Before the first window is judged. */
  restore(): void {
    const { voice, file, identity, log } = this.options
    this.#isRestored = true
    try {
      const bytes = file.read(MAX_FILE_BYTES)
      if (bytes === undefined) return
      voice.restore(parseBaseline(bytes, identity))
      this.#keptRevision = voice.revision
      log.info({ speech_ms: voice.speechMs }, 'the voice baseline is taken up again')
    } catch (error) {
      log.warn(
        { code: 'BASELINE_REFUSED', path: file.path, reason: reasonOf(error) },
        'the voice is learnt anew',
      )
    }
  }

  start(): void {
    this.#try(() => this.options.file.prepare())
    this.#schedule()
  }

  stop(): void {
    this.#timer?.clear()
    this.#save()
  }

  /**
   * Forgets the voice, in memory and on disk.
   *
   * @returns speech that was known, ms
   * @throws {ConfigError} BASELINE_NOT_REMOVED if it stays on disk; it is tried again later
   */
  reset(): number {
    const { voice, log, file } = this.options
    // Also where nothing is learnt and so nothing was read: what is removed is told.
    if (!this.#isRestored) this.restore()
    const speechMs = voice.forget()
    try {
      file.remove()
    } catch (cause) {
      throw new ConfigError(
        'BASELINE_NOT_REMOVED',
        `the voice baseline is forgotten, but ${file.path} cannot be removed (${reasonOf(cause)}): remove it by hand, or mend the rights of device.state_dir`,
        { cause },
      )
    }
    this.#keptRevision = voice.revision
    log.info({ speech_ms: speechMs }, 'the voice baseline is forgotten')
    return speechMs
  }

  #schedule(): void {
    this.#timer = this.options.clock.after(SAVE_INTERVAL_MS, () => {
      this.#save()
      this.#schedule()
    })
  }

  #save(): void {
    const { voice, file, identity } = this.options
    const { revision, history } = voice
    if (revision === this.#keptRevision) return
    this.#try(() => {
      if (history.frames === 0) file.remove()
      else file.write(encodeBaseline(history, identity))
      this.#keptRevision = revision
      this.#hasWarned = false
    })
  }

  #try(act: () => void): void {
    const { file, log } = this.options
    try {
      act()
    } catch (error) {
      if (this.#hasWarned) return
      this.#hasWarned = true
      log.warn(
        { code: 'BASELINE_UNWRITABLE', path: file.path, reason: reasonOf(error) },
        'the voice baseline is kept in memory only; mend the rights of device.state_dir',
      )
    }
  }
}

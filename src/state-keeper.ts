import { ConfigError } from './errors.js'
import type { Clock, Timer } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { StateFile } from './ops/state-file.js'
import { reasonOf } from './reason-of.js'

/** Something that rests on speech and is to survive a restart. */
export interface KeptState {
  /** In log lines: `voice baseline`. */
  readonly name: string
  /** Speech it rests on. */
  readonly speechMs: number
  /** Rises with every change. */
  readonly revision: number
  /** Nothing is known: no file is kept of it. */
  readonly isEmpty: boolean
  encode(): string
  /** Takes the place of what is known, or throws. */
  restore(bytes: Uint8Array): void
  /** @returns speech that was known, ms */
  forget(): number
}

/** What is said where it cannot be kept. */
export interface StateCodes {
  readonly refused: string
  readonly unwritable: string
  readonly notRemoved: string
}

const BASELINE_CODES: StateCodes = {
  refused: 'BASELINE_REFUSED',
  unwritable: 'BASELINE_UNWRITABLE',
  notRemoved: 'BASELINE_NOT_REMOVED',
}

export interface StateKeeperOptions {
  readonly state: KeptState
  readonly file: StateFile
  readonly maxFileBytes: number
  /** Between two writes. */
  readonly saveIntervalMs: number
  /** Default: a baseline's. */
  readonly codes?: StateCodes
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Keeps a baseline over restarts: read once, written when it has changed, at most every so often and at the end. Where
 * the folder cannot be written it says so once and goes on from memory.
 */
export class StateKeeper {
  #timer: Timer | undefined
  #keptRevision = 0
  #isRestored = false
  #hasWarned = false

  constructor(private readonly kept: StateKeeperOptions) {}

  /** Takes up what was kept, if it can be used. Before the first window is judged. */
  restore(): void {
    const { state, file, log, maxFileBytes } = this.kept
    this.#isRestored = true
    try {
      const bytes = file.read(maxFileBytes)
      if (bytes === undefined) return
      state.restore(bytes)
      this.#keptRevision = state.revision
      log.info({ speech_ms: state.speechMs }, `the ${state.name} is taken up again`)
    } catch (error) {
      log.warn(
        { code: this.#codes.refused, path: file.path, reason: reasonOf(error) },
        `the ${state.name} is begun anew`,
      )
    }
  }

  start(): void {
    this.#try(() => this.kept.file.prepare())
    this.#schedule()
  }

  stop(): void {
    this.#timer?.clear()
    this.#save()
  }

  /**
   * Forgets it, in memory and on disk.
   *
   * @returns speech that was known, ms
   * @throws {ConfigError} BASELINE_NOT_REMOVED if it stays on disk; it is tried again later
   */
  reset(): number {
    const { state, log, file } = this.kept
    // Also where nothing is learnt and so nothing was read: what is removed is told.
    if (!this.#isRestored) this.restore()
    const speechMs = state.forget()
    try {
      file.remove()
    } catch (cause) {
      throw new ConfigError(
        this.#codes.notRemoved,
        `the ${state.name} is forgotten, but ${file.path} cannot be removed (${reasonOf(cause)}): remove it by hand, or mend the rights of device.state_dir`,
        { cause },
      )
    }
    this.#keptRevision = state.revision
    log.info({ speech_ms: speechMs }, `the ${state.name} is forgotten`)
    return speechMs
  }

  get #codes(): StateCodes {
    return this.kept.codes ?? BASELINE_CODES
  }

  #schedule(): void {
    this.#timer = this.kept.clock.after(this.kept.saveIntervalMs, () => {
      this.#save()
      this.#schedule()
    })
  }

  #save(): void {
    const { state, file } = this.kept
    const { revision } = state
    if (revision === this.#keptRevision) return
    this.#try(() => {
      if (state.isEmpty) file.remove()
      else file.write(state.encode())
      this.#keptRevision = revision
      this.#hasWarned = false
    })
  }

  #try(act: () => void): void {
    const { state, file, log } = this.kept
    try {
      act()
    } catch (error) {
      if (this.#hasWarned) return
      this.#hasWarned = true
      log.warn(
        { code: this.#codes.unwritable, path: file.path, reason: reasonOf(error) },
        `the ${state.name} is kept in memory only; mend the rights of device.state_dir`,
      )
    }
  }
}

import { existsSync, statSync } from 'node:fs'
import { AffectdError } from './errors.js'
import type { Clock } from './ops/clock.js'
import { countAfter, countAfterPause, isLoop, pauseMs } from './ops/crash-loop.js'
import { LAST_EXIT_MAX_BYTES, parseLastExit, type LastExit } from './ops/last-exit.js'
import type { Logger } from './ops/logger.js'
import { maskUrlCredentials } from './ops/mask-credentials.js'
import { previousEnd, type UncleanEnd } from './ops/previous-end.js'
import { encodeRunRecord, parseRunRecord, RUN_RECORD_MAX_BYTES, type RunRecord } from './ops/run-record.js'
import type { StateFile } from './ops/state-file.js'
import { plain } from './plain-text.js'
import { reasonOf } from './reason-of.js'

const MAX_MESSAGE = 500
/** The last moment that a Date can hold. */
const LAST_MS = 8.64e15

export interface RunKeeperOptions {
  /** `run.json` */
  readonly file: StateFile
  /** `last-exit`: what the unit's `ExecStopPost=` leaves. */
  readonly lastExitFile: StateFile
  readonly bootId: string
  readonly version: string
  readonly machineBoot: string
  /** How long the machine is up, s. */
  readonly machineUptimeS: () => number
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Keeps how the agent ends, and counts crashes that follow each other fast. It writes once at the start, once at the
 * end, and once when a pause from listening is over; nothing in between. What cannot be written is said once: the next
 * start then knows less.
 */
export class RunKeeper {
  /** How the run before ended; null: well. */
  readonly unclean: UncleanEnd | null
  readonly #options: RunKeeperOptions
  #record: RunRecord
  #pauseMs: number | undefined

  constructor(options: RunKeeperOptions) {
    const { lastExitFile, machineBoot, machineUptimeS, bootId, version, clock, log } = options
    this.#options = options
    const before = this.#readRecord()
    const end = previousEnd({ record: before, lastExit: this.#readLastExit(), machineBoot })
    const now = { version, machineBoot, machineUptimeS: machineUptimeS() }
    const count = countAfter(before, end, now)
    const isPaused = isLoop(count)
    const pauses = count.pauses + (isPaused ? 1 : 0)
    this.unclean = end.unclean
    if (isPaused) this.#pauseMs = pauseMs(pauses)
    const { crashes } = count
    const start = { bootId, startedMs: clock.nowMs(), clean: false, error: null }
    this.#record = { ...now, ...start, crashes, pauses }
    this.#write()
    try {
      // Removing syncs the folder, which is a write of its own.
      if (existsSync(lastExitFile.path)) lastExitFile.remove()
    } catch {
      // Where it stays, the record could not be written either, which has been said.
    }
    if (end.unclean !== null) {
      const { cause, code } = end.unclean
      log.warn(
        { code: 'CRASH_UNCLEAN_END', cause, error_code: code, crashes },
        'the run before did not end well',
      )
    }
  }

  /** For how long listening is to rest, since the agent crashes again and again; undefined: it is not. */
  get pauseMs(): number | undefined {
    return this.#pauseMs
  }

  /** The pause is over: it is tried again. The next short run that ends in a crash begins another, of twice the length. */
  resume(): void {
    if (this.#pauseMs === undefined) return
    this.#pauseMs = undefined
    const machineUptimeS = this.#options.machineUptimeS()
    this.#record = { ...this.#record, ...countAfterPause(this.#record), machineUptimeS }
    this.#write()
  }

  /** It was told to end, or is at its end. */
  ended(): void {
    if (this.#record.clean || this.#record.error !== null) return
    this.#record = { ...this.#record, clean: true }
    this.#write()
  }

  /** The process goes down with this error. The first counts. */
  failed(error: unknown): void {
    if (this.#record.error !== null) return
    const isKnown = error instanceof AffectdError
    this.#record = {
      ...this.#record,
      clean: false,
      error: {
        code: isKnown ? error.code : 'INTERNAL_UNEXPECTED',
        message: shown(error),
        timeMs: this.#options.clock.nowMs(),
        exitCode: isKnown ? error.exitCode : 70,
      },
    }
    this.#write()
  }

  #readRecord(): RunRecord | undefined {
    const { file, log } = this.#options
    try {
      const bytes = file.read(RUN_RECORD_MAX_BYTES)
      return bytes === undefined ? undefined : parseRunRecord(bytes)
    } catch (error) {
      const fields = { code: 'CRASH_RECORD_REFUSED', path: file.path, reason: reasonOf(error) }
      log.warn(fields, 'how the run before ended is not known')
      return undefined
    }
  }

  #readLastExit(): (LastExit & { timeMs: number | null }) | undefined {
    const { lastExitFile: file } = this.#options
    try {
      const bytes = file.read(LAST_EXIT_MAX_BYTES)
      const lastExit = bytes === undefined ? undefined : parseLastExit(bytes)
      const timeMs = Math.round(statSync(file.path).mtimeMs)
      // A file system can hold times that a Date cannot.
      return lastExit && { ...lastExit, timeMs: Math.abs(timeMs) <= LAST_MS ? timeMs : null }
    } catch {
      return undefined
    }
  }

  #write(): void {
    const { file, log } = this.#options
    try {
      file.write(encodeRunRecord(this.#record))
    } catch (error) {
      const fields = { code: 'CRASH_RECORD_UNWRITABLE', path: file.path, reason: reasonOf(error) }
      log.warn(fields, 'the next start will not know how this one ended; mend the rights of device.state_dir')
    }
  }
}

/** One line, bounded. A message names keys, paths and addresses; what stands in an address for a password does not. */
function shown(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return maskUrlCredentials(plain(text).trim()).slice(0, MAX_MESSAGE)
}

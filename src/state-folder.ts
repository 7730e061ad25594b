import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AffectdError, ConfigError } from './errors.js'
import type { Logger } from './ops/logger.js'
import { readStart } from './ops/read-start.js'
import { StateFile } from './ops/state-file.js'
import {
  encodeStateMark,
  hasSchema,
  newerSchema,
  parseStateMark,
  SCHEMA_PEEK_BYTES,
  STATE_VERSION,
  STATE_VERSION_MAX_BYTES,
  type StateMark,
} from './ops/state-version.js'
import { reasonOf } from './reason-of.js'

const NOTHING = new Uint8Array()

/** Brings a folder from the version of its place in the list to the next. */
export type StateMigration = (folder: string) => void

const MIGRATIONS: readonly StateMigration[] = [
  // Unmarked → 1: the mark itself. Every file in it is read as before.
  () => undefined,
]

/**
 * Sees to it that `device.state_dir` is read by nobody who would misread it: what a newer affectd has left is refused
 * before anything there is touched, what an older one has left is brought forward.
 */
export class StateFolder {
  readonly #mark: StateFile
  #known: StateMark | undefined

  constructor(
    private readonly folder: string,
    private readonly log: Logger,
  ) {
    this.#mark = new StateFile(folder, 'state-version.json')
  }

  /**
   * Looks, and changes nothing. Before the folder is opened by anything else.
   *
   * @throws {ConfigError} STATE_TOO_NEW
   */
  check(): void {
    this.#known = this.#readMark()
    const { stateVersion, affectd } = this.#known ?? { stateVersion: 0, affectd: '?' }
    if (stateVersion > STATE_VERSION) {
      throw tooNew(`${this.folder} was written by affectd ${affectd}, with state version ${stateVersion}`)
    }
    for (const file of this.#files()) {
      const schema = newerSchema(file, readStart(join(this.folder, file), SCHEMA_PEEK_BYTES) ?? NOTHING)
      if (schema !== undefined) throw tooNew(`${join(this.folder, file)} is ${schema}`)
    }
  }

  /**
   * Once the folder is this process's: brings it forward and marks it, if that changes anything.
   *
   * @param migrations a test's own
   */
  claim(affectd: string, migrations: readonly StateMigration[] = MIGRATIONS): void {
    const mark = { stateVersion: migrations.length, affectd }
    const from = this.#known?.stateVersion ?? 0
    if (from === mark.stateVersion && this.#known?.affectd === affectd) return
    try {
      // Each step can be done again: a power cut before the mark is written repeats it.
      for (const migration of migrations.slice(from)) migration(this.folder)
      this.#mark.write(encodeStateMark(mark))
      this.#known = mark
    } catch (error) {
      const fields = { code: 'STATE_UNWRITABLE', path: this.#mark.path, reason: reasonOf(error) }
      this.log.warn(fields, 'device.state_dir cannot be marked with its version; mend its rights')
    }
  }

  #readMark(): StateMark | undefined {
    try {
      const bytes = this.#mark.read(STATE_VERSION_MAX_BYTES)
      return bytes === undefined ? undefined : parseStateMark(bytes)
    } catch (error) {
      const code = error instanceof AffectdError ? error.code : 'STATE_VERSION_UNREADABLE'
      // Each file still says its own schema.
      this.log.warn(
        { code, path: this.#mark.path, reason: reasonOf(error) },
        'the version of device.state_dir is not known',
      )
      return undefined
    }
  }

  #files(): readonly string[] {
    try {
      return readdirSync(this.folder).filter(hasSchema)
    } catch {
      // There is none yet, or whoever wants to read in it will say why that fails.
      return []
    }
  }
}

function tooNew(what: string): ConfigError {
  return new ConfigError(
    'STATE_TOO_NEW',
    `${what}, which this affectd does not know and would lose: install a newer affectd, or name another device.state_dir`,
  )
}

import type { ConfigSources, LoadedConfig } from './config/load-config.js'
import { loadWithOverlay } from './config/remote/overlay.js'
import {
  initialState,
  rolledBack,
  type Overlay,
  type RemoteState,
  type RevisionError,
} from './config/remote/revisions.js'
import { encodeState, parseState, STATE_MAX_BYTES } from './config/remote/state-format.js'
import { AffectdError, ConfigError } from './errors.js'
import type { Logger } from './ops/logger.js'
import { machineBoot } from './ops/machine-boot.js'
import type { StateFile } from './ops/state-file.js'
import { reasonOf } from './reason-of.js'
import { newTrial, resumedTrial, type TrialRecord } from './trial-record.js'

const NO_OVERLAY: Overlay = { device: null, group: null }

export interface RemoteStoreOptions {
  /** `device.group` */
  readonly group: string
  readonly file: StateFile
  readonly log: Logger
  /** Names this boot of the machine. */
  readonly machineBoot?: string
}

/** Keeps remote configuration over restarts, crashes and power cuts. */
export class RemoteStore {
  readonly #machineBoot: string

  constructor(private readonly options: RemoteStoreOptions) {
    this.#machineBoot = options.machineBoot ?? machineBoot()
  }

  /**
   * What is to be in force at the start. A trial during which the process died is over; one that a reboot cut off goes on.
   *
   * @throws {ConfigError} as `loadConfig` if the local configuration is wrong; CONFIG_TOO_NEW
   */
  open(local: ConfigSources): { readonly state: RemoteState; readonly loaded: LoadedConfig } {
    const { group } = this.options
    const kept = this.#read()
    const known = kept === undefined ? initialState(group) : ofGroup(kept, group)
    const started = this.#startedFrom(known)
    const usable = this.#usable(local, started)
    if (usable.state !== kept && kept !== undefined) this.tryWrite(usable.state)
    return usable
  }

  newTrial(trialMs: number): TrialRecord {
    return newTrial(trialMs, this.#machineBoot)
  }

  /** @throws {ConfigError} CONFIG_NOT_SAVED */
  write(state: RemoteState): void {
    const { file } = this.options
    try {
      file.write(encodeState(state))
    } catch (cause) {
      throw new ConfigError(
        'CONFIG_NOT_SAVED',
        `${file.path} cannot be written (${reasonOf(cause)}), and what cannot be kept is not applied: mend device.state_dir`,
        { cause },
      )
    }
  }

  /** The same of what holds in memory whether or not the disk takes it. */
  tryWrite(state: RemoteState): void {
    try {
      this.write(state)
    } catch (error) {
      const { code, message } = error as ConfigError
      this.options.log.error({ code }, message)
    }
  }

  #read(): RemoteState | undefined {
    const { file, log } = this.options
    try {
      return readRemoteState(file)
    } catch (error) {
      const reason = error instanceof AffectdError ? error.message : String(error)
      log.error(
        { code: 'CONFIG_REMOTE_STATE', path: file.path, reason },
        'starting from the local configuration',
      )
      return undefined
    }
  }

  #startedFrom(state: RemoteState): RemoteState {
    const { trial } = state
    if (trial === null) return state
    const resumed = resumedTrial(trial, this.#machineBoot)
    if (typeof resumed !== 'string') return { ...state, trial: resumed }
    const error = { code: 'CONFIG_ROLLED_BACK_CRASH', message: resumed }
    this.options.log.warn({ code: error.code }, `remote configuration is rolled back: ${error.message}`)
    return rolledBack(state, state.confirmed, error)
  }

  /** A revision that this build or the local configuration no longer allows gives way, unless it is for a newer one. */
  #usable(local: ConfigSources, state: RemoteState): { state: RemoteState; loaded: LoadedConfig } {
    let error: RevisionError | undefined
    for (const overlay of [state.inForce, state.confirmed, NO_OVERLAY]) {
      const next = error === undefined ? state : rolledBack(state, overlay, error)
      try {
        return { state: next, loaded: loadWithOverlay(local, overlay) }
      } catch (cause) {
        if (!(cause instanceof ConfigError) || overlay === NO_OVERLAY) throw cause
        // A newer affectd has kept it and will want it back: it is not to be given up for having been downgraded.
        if (cause.code === 'CONFIG_TOO_NEW') throw cause
        error ??= { code: cause.code, message: cause.message }
        this.options.log.error(
          { code: cause.code },
          `kept remote configuration is given up: ${cause.message}`,
        )
      }
    }
    throw new Error('unreachable: without an overlay the local configuration is loaded or refused')
  }
}

/**
 * What was kept; undefined if nothing was.
 *
 * @throws {ConfigError} CONFIG_REMOTE_STATE, and whatever the file system says
 */
export function readRemoteState(file: StateFile): RemoteState | undefined {
  const bytes = file.read(STATE_MAX_BYTES)
  return bytes === undefined ? undefined : parseState(bytes)
}

/** What is remembered of another group says nothing of this one. */
function ofGroup(state: RemoteState, groupName: string): RemoteState {
  if (state.groupName === groupName) return state
  const without = (overlay: Overlay): Overlay => ({ ...overlay, group: null })
  return {
    ...state,
    groupName,
    group: null,
    inForce: without(state.inForce),
    confirmed: without(state.confirmed),
    previous: state.previous && without(state.previous),
  }
}

import { createHash, type KeyObject } from 'node:crypto'
import type { Config } from './config/config.js'
import type { ConfigSources, LoadedConfig } from './config/load-config.js'
import { changedKeys, effectOf } from './config/remote/changed-keys.js'
import { parseDesired, type Desired, type RemoteScope } from './config/remote/desired.js'
import { loadWithOverlay } from './config/remote/overlay.js'
import {
  applied,
  confirmed,
  rejected,
  rollbackTarget,
  rolledBack,
  type Overlay,
  type RemoteState,
  type RevisionError,
} from './config/remote/revisions.js'
import { checkSignature } from './config/remote/signature.js'
import { canonicalJson } from './config/remote/signed-text.js'
import { Trial, type Vital, type Vitals } from './config/remote/trial.js'
import { shownTree } from './config/settings-table.js'
import { AffectdError, ConfigError } from './errors.js'
import type { Clock, Timer } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { ReportedConfig, ReportedRevision } from './publish/config-reported.js'
import { RemoteIntake } from './remote-intake.js'
import type { RemoteStore } from './remote-store.js'

const OBSERVE_MS = 1000
/** Longest time that a microphone or a broker may take to come up under another configuration. */
const MAX_GRACE_MS = 30_000

/** The agent that runs now, as remote configuration sees it. */
export interface ConfiguredAgent {
  readonly vitals: () => Vitals
  /** Takes up keys that need no restart. */
  readonly reconfigure: (config: Config) => void
  /** Asks for an agent to be built anew, from what `loaded` says then. */
  readonly restart: () => void
}

export interface RemoteConfigOptions {
  /** Every source but the remote one. */
  readonly local: ConfigSources
  readonly store: RemoteStore
  /** Judges what the schema cannot: the stages' grammar, devices that must exist. */
  readonly check: (loaded: LoadedConfig, changed: readonly string[]) => Promise<void>
  /** Set: only what was signed with its other half is taken. */
  readonly key: KeyObject | undefined
  readonly clock: Clock
  readonly log: Logger
}

/**
 * The configuration as it comes from afar: takes revisions, keeps them, puts them in force, watches their trial and
 * returns to what was before. docs/remote-configuration.md is its contract.
 */
export class RemoteConfig {
  readonly #options: RemoteConfigOptions
  readonly #intake: RemoteIntake
  readonly #local: Config['device']
  #state: RemoteState
  #loaded: LoadedConfig
  #agent: ConfiguredAgent | undefined
  #trial: Trial | undefined
  #timer: Timer | undefined
  #refused: ReportedConfig['refused'] = null
  #listener: () => void = () => undefined

  /** @throws {ConfigError} as `loadConfig` if the local configuration is wrong */
  constructor(options: RemoteConfigOptions) {
    const { store, local, clock } = options
    this.#options = options
    const { state, loaded } = store.open(local)
    this.#state = state
    this.#loaded = loaded
    this.#local = loaded.config.device
    this.#intake = new RemoteIntake(clock, (scope, payload) => this.#deal(scope, payload))
    if (state.trial !== null) this.#beginTrial(state.trial.remainingMs)
  }

  /** What is to be in force now; during a trial it may for a while be the old one. */
  get loaded(): LoadedConfig {
    return this.#loaded
  }

  /** Of the device's own revisions, that in force; 0: none. */
  get revision(): number {
    return this.#state.inForce.device?.revision ?? 0
  }

  /** Of the group's. */
  get groupRevision(): number {
    return this.#state.inForce.group?.revision ?? 0
  }

  get report(): ReportedConfig {
    const { device, group, groupName, trial } = this.#state
    const remainingMs = this.#trial?.remainingMs(this.#options.clock.monotonicMs())
    return {
      device: verdictShown(device),
      group: groupName === '' ? null : { name: groupName, ...verdictShown(group) },
      isConfirmed: trial === null,
      trialUntilMs: remainingMs === undefined ? null : this.#options.clock.nowMs() + remainingMs,
      refused: this.#refused,
      effective: shownTree(this.#loaded),
    }
  }

  /** Told whenever `report` has changed. One listener. */
  onReport(listener: () => void): void {
    this.#listener = listener
  }

  /** An agent was built from `loaded`. */
  attach(agent: ConfiguredAgent): void {
    this.#agent = agent
  }

  /** That agent has ended. */
  detach(): void {
    this.#agent = undefined
    this.#listener = () => undefined
  }

  /** A message on `config/desired`, the device's or its group's. */
  receive(scope: RemoteScope, payload: Uint8Array): void {
    // A retained message that is cleared comes as an empty one.
    if (payload.length > 0) this.#intake.push(scope, payload)
  }

  /**
   * Returns to what was in force before, for whoever asks.
   *
   * @returns the revision that is in force again
   * @throws {ConfigError} CONFIG_NOTHING_TO_ROLL_BACK
   */
  rollBack(): number {
    const target = rollbackTarget(this.#state)
    if (target === null) {
      throw new ConfigError(
        'CONFIG_NOTHING_TO_ROLL_BACK',
        'no revision is in force, or what was before it has been returned to already',
      )
    }
    this.#return(target, { code: 'CONFIG_ROLLED_BACK_REQUEST', message: 'it was asked for' })
    return this.revision
  }

  /**
   * No agent can be built from `loaded`, or it has failed.
   *
   * @returns true if there is another configuration to try
   */
  failed(error: unknown): boolean {
    const target = rollbackTarget(this.#state)
    if (this.#trial === undefined || target === null) return false
    this.#agent = undefined
    const message = error instanceof AffectdError ? `${error.code}: ${error.message}` : 'see the log'
    this.#return(target, { code: 'CONFIG_ROLLED_BACK_START', message: `the agent fails with it: ${message}` })
    return true
  }

  /** The process ends because it was told to: a trial goes on at the next start. */
  close(): void {
    this.#intake.close()
    this.#timer?.clear()
    const { trial } = this.#state
    if (trial === null || this.#trial === undefined) return
    const remainingMs = this.#trial.remainingMs(this.#options.clock.monotonicMs())
    this.#keep({ ...this.#state, trial: { ...trial, remainingMs, isRunning: false } })
  }

  /** @returns whether the message was more than a repetition */
  async #deal(scope: RemoteScope, payload: Uint8Array): Promise<boolean> {
    let desired: Desired | undefined
    try {
      desired = parseDesired(payload)
      const digest = digestOf(desired)
      if (this.#isKnown(scope, desired, digest)) return false
      const { key } = this.#options
      if (key !== undefined) checkSignature(key, this.#targetOf(scope), desired)
      await this.#take(scope, desired, digest)
    } catch (error) {
      this.#refuse(scope, desired?.revision ?? null, described(error))
    }
    this.#listener()
    return true
  }

  /** @throws {ConfigError} CONFIG_REVISION_STALE */
  #isKnown(scope: RemoteScope, { revision }: Desired, digest: string): boolean {
    const last = this.#state[scope]
    if (last === null || revision > last.revision) return false
    if (revision === last.revision && digest === last.digest) return true
    throw new ConfigError(
      'CONFIG_REVISION_STALE',
      `revision ${revision} is not above ${last.revision}, the last one that was dealt with: use ${last.revision + 1}`,
    )
  }

  #targetOf(scope: RemoteScope): `device/${string}` | `group/${string}` {
    return scope === 'device' ? `device/${this.#local.id}` : `group/${this.#state.groupName}`
  }

  /** @throws {ConfigError} CONFIG_NOT_SAVED */
  async #take(scope: RemoteScope, { revision, patch }: Desired, digest: string): Promise<void> {
    const { local, store, check, log } = this.#options
    const base = this.#state
    let loaded: LoadedConfig
    try {
      loaded = loadWithOverlay(local, { ...base.inForce, [scope]: { revision, patch } })
      await check(loaded, changedKeys(this.#loaded.config, loaded.config))
      // Rolled back or confirmed meanwhile: what lies under the patch may be another.
      if (this.#state !== base)
        return await this.#take(scope, { revision, patch, signature: undefined }, digest)
    } catch (error) {
      const why = described(error)
      log.warn({ code: why.code, scope, revision }, `remote configuration is rejected: ${why.message}`)
      this.#keep(rejected(this.#state, scope, revision, digest, why))
      return
    }
    const before = loadWithOverlay(local, this.#state.confirmed).config
    const isNews = changedKeys(before, loaded.config).length > 0
    const trial = isNews ? store.newTrial(this.#local.trial_s * 1000) : null
    const next = applied(this.#state, scope, { revision, patch }, digest, trial)
    // Before it takes effect: what takes the process with it must be found at the next start.
    store.write(isNews ? next : confirmed(next))
    this.#state = isNews ? next : confirmed(next)
    this.#refused = null
    log.info({ scope, revision }, 'remote configuration is applied')
    this.#endTrial()
    if (isNews) this.#beginTrial(this.#local.trial_s * 1000)
    this.#putInForce(loaded)
  }

  #refuse(scope: RemoteScope, revision: number | null, error: RevisionError): void {
    const isNews = this.#refused?.error.message !== error.message
    this.#refused = { scope, revision, error }
    const fields = { code: error.code, scope, revision }
    const text = `remote configuration is refused: ${error.message}`
    if (isNews) this.#options.log.warn(fields, text)
    else this.#options.log.debug(fields, text)
  }

  #putInForce(loaded: LoadedConfig): void {
    const changed = changedKeys(this.#loaded.config, loaded.config)
    this.#loaded = loaded
    switch (effectOf(changed)) {
      case 'none':
        return
      case 'hot':
        this.#agent?.reconfigure(loaded.config)
        return
      case 'restart':
        this.#agent?.restart()
        this.#agent = undefined
        return
    }
  }

  #return(target: Overlay, error: RevisionError): void {
    this.#options.log.warn({ code: error.code }, `remote configuration is rolled back: ${error.message}`)
    this.#endTrial()
    this.#keep(rolledBack(this.#state, target, error))
    this.#putInForce(loadWithOverlay(this.#options.local, target))
    this.#listener()
  }

  #beginTrial(trialMs: number): void {
    const { local, clock } = this.#options
    const before = loadWithOverlay(local, this.#state.confirmed).config
    const changed = changedKeys(before, loadWithOverlay(local, this.#state.inForce).config)
    const touches = (group: string): boolean => changed.some((key) => key.startsWith(group))
    const watched: Vital[] = [
      ...(touches('capture.') ? (['capture'] as const) : []),
      ...(touches('mqtt.') ? (['broker'] as const) : []),
    ]
    const graceMs = Math.min(MAX_GRACE_MS, (this.#local.trial_s * 1000) / 4)
    this.#trial = new Trial({ watched, trialMs, graceMs, nowMs: clock.monotonicMs() })
    this.#observeLater()
  }

  #endTrial(): void {
    this.#timer?.clear()
    this.#trial = undefined
  }

  #observeLater(): void {
    this.#timer = this.#options.clock.after(OBSERVE_MS, () => this.#observe())
  }

  #observe(): void {
    const { clock, local, log } = this.#options
    const vitals = this.#agent?.vitals() ?? { capture: false, broker: false }
    const step = this.#trial?.observe(clock.monotonicMs(), vitals)
    switch (step?.kind) {
      case undefined:
        return
      case 'wait':
        break
      case 'swap': {
        log.info({ to: step.to }, 'remote configuration on trial: trying the other one')
        const { confirmed, inForce } = this.#state
        this.#putInForce(loadWithOverlay(local, step.to === 'old' ? confirmed : inForce))
        break
      }
      case 'confirm':
        this.#endTrial()
        log.info({ revision: this.revision }, 'remote configuration has stood its trial')
        this.#keep(confirmed(this.#state))
        this.#listener()
        return
      case 'roll_back':
        this.#return(this.#state.confirmed, ROLLED_BACK[step.broken])
        return
    }
    this.#observeLater()
  }

  /** In memory it holds also where the disk does not take it. */
  #keep(state: RemoteState): void {
    this.#state = state
    try {
      this.#options.store.write(state)
    } catch (error) {
      const { code, message } = described(error)
      this.#options.log.error({ code }, message)
    }
  }
}

const ROLLED_BACK: Readonly<Record<Vital, RevisionError>> = {
  capture: {
    code: 'CONFIG_ROLLED_BACK_CAPTURE',
    message: 'the microphone does not work with it, and works without it',
  },
  broker: {
    code: 'CONFIG_ROLLED_BACK_BROKER',
    message: 'the broker cannot be reached with it, and can without it',
  },
}

function verdictShown(verdict: RemoteState[RemoteScope]): ReportedRevision {
  if (verdict === null) return { revision: 0, status: 'applied', error: null }
  const { revision, status, error } = verdict
  return { revision, status, error }
}

function digestOf({ patch }: Desired): string {
  return createHash('sha256').update(canonicalJson(patch)).digest('hex')
}

/** A bug must not take the process with it: the message that set it off is retained and would do so at every start. */
function described(error: unknown): RevisionError {
  if (error instanceof AffectdError) return { code: error.code, message: error.message }
  return { code: 'INTERNAL_REMOTE_CONFIG', message: `affectd could not deal with it: ${String(error)}` }
}

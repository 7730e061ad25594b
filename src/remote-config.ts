import type { KeyObject } from 'node:crypto'
import type { Config } from './config/config.js'
import type { ConfigSources, LoadedConfig } from './config/load-config.js'
import { changedKeys, effectOf } from './config/remote/changed-keys.js'
import { parseDesired, type Desired, type RemoteScope } from './config/remote/desired.js'
import { digestOf, isKnown } from './config/remote/known-revision.js'
import { loadWithOverlay } from './config/remote/overlay.js'
import {
  applied,
  confirmed,
  rejected,
  rollbackTarget,
  rolledBack,
  type Overlay,
  type RemoteState,
  type Revision,
  type RevisionError,
} from './config/remote/revisions.js'
import { checkSignature } from './config/remote/signature.js'
import type { SignedTarget } from './config/remote/signed-text.js'
import type { TrialStep } from './config/remote/trial.js'
import type { ConfiguredAgent } from './configured-agent.js'
import { AffectdError, ConfigError } from './errors.js'
import type { Clock } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { ReportedConfig } from './publish/config-reported.js'
import { RemoteIntake } from './remote-intake.js'
import { described, reportOf, ROLLED_BACK } from './remote-report.js'
import type { RemoteStore } from './remote-store.js'
import { RemoteTrial } from './remote-trial.js'

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
 *
 * Slightly longer than a file should be: what is pure, or has a state of its own, is in files beside it, and these steps
 * over one state are easier to check in one place.
 */
export class RemoteConfig {
  readonly #options: RemoteConfigOptions
  readonly #intake: RemoteIntake
  readonly #local: Config['device']
  #state: RemoteState
  #loaded: LoadedConfig
  #agent: ConfiguredAgent | undefined
  readonly #trial: RemoteTrial
  #isClosed = false
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
    this.#trial = new RemoteTrial({
      clock,
      trialMs: this.#local.trial_s * 1000,
      vitals: () => this.#agent?.vitals() ?? { capture: false, broker: false },
      onStep: (step) => this.#step(step),
    })
    if (state.trial !== null) this.#trial.begin(state.trial.remainingMs, this.#onTrial(loaded))
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
    return reportOf(this.#state, {
      nowMs: this.#options.clock.nowMs(),
      remainingMs: this.#trial.remainingMs,
      refused: this.#refused,
      loaded: this.#loaded,
    })
  }

  /** Told whenever `report` has changed. One listener. */
  onReport(listener: () => void): void {
    this.#listener = listener
  }

  /** @param builtFrom what `loaded` was when it was built; it may be another by now */
  attach(builtFrom: LoadedConfig, agent: ConfiguredAgent): void {
    this.#agent = agent
    this.#bringAbout(builtFrom)
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
   * @throws {ConfigError} CONFIG_NOTHING_TO_ROLL_BACK; CONFIG_SIGNATURE where only signed revisions count: going back to
   *                       an old one is a change, too
   */
  rollBack(): number {
    if (this.#options.key !== undefined) {
      throw new ConfigError(
        'CONFIG_SIGNATURE',
        'this device takes signed revisions only: send what was before as a new one',
      )
    }
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
    if (!this.#trial.isOn || target === null) return false
    this.#agent = undefined
    const message = error instanceof AffectdError ? `${error.code}: ${error.message}` : 'see the log'
    this.#return(target, { code: 'CONFIG_ROLLED_BACK_START', message: `the agent fails with it: ${message}` })
    return true
  }

  /** The process ends because it was told to: a trial goes on at the next start. */
  close(): void {
    this.#isClosed = true
    this.#intake.close()
    const { remainingMs } = this.#trial
    this.#trial.end()
    const { trial } = this.#state
    if (trial === null || remainingMs === undefined) return
    this.#keep({ ...this.#state, trial: { ...trial, remainingMs, isRunning: false } })
  }

  /** @returns whether the message was more than a repetition */
  async #deal(scope: RemoteScope, payload: Uint8Array): Promise<boolean> {
    let desired: Desired | undefined
    try {
      desired = parseDesired(payload)
      const digest = digestOf(desired)
      if (isKnown(desired, digest, this.#state[scope])) return false
      const { key } = this.#options
      if (key !== undefined) checkSignature(key, this.#targetOf(scope), desired)
      await this.#take(scope, desired, digest)
    } catch (error) {
      this.#refuse(scope, desired?.revision ?? null, described(error))
    }
    this.#listener()
    return true
  }

  #targetOf(scope: RemoteScope): SignedTarget {
    return scope === 'device' ? `device/${this.#local.id}` : `group/${this.#state.groupName}`
  }

  /** @throws {ConfigError} CONFIG_NOT_SAVED */
  async #take(scope: RemoteScope, { revision, patch }: Desired, digest: string): Promise<void> {
    const { store, log } = this.#options
    const loaded = await this.#checked({ scope, revision, patch })
    if (this.#isClosed) return
    if ('code' in loaded) {
      log.warn({ code: loaded.code, scope, revision }, `remote configuration is rejected: ${loaded.message}`)
      this.#keep(rejected(this.#state, scope, revision, digest, loaded))
      return
    }
    const onTrial = this.#onTrial(loaded)
    const trialMs = this.#local.trial_s * 1000
    const trial = onTrial.length > 0 ? store.newTrial(trialMs) : null
    const next = applied(this.#state, scope, { revision, patch }, digest, trial)
    const state = trial === null ? confirmed(next) : next
    // Before it takes effect: what takes the process with it must be found at the next start.
    store.write(state)
    this.#state = state
    this.#refused = null
    log.info({ scope, revision }, 'remote configuration is applied')
    this.#trial.end()
    if (trial !== null) this.#trial.begin(trialMs, onTrial)
    this.#putInForce(loaded)
  }

  /** The configuration with a revision in it, or why that cannot be. */
  async #checked(one: { scope: RemoteScope } & Revision): Promise<LoadedConfig | RevisionError> {
    const { local, check } = this.#options
    const { scope, revision, patch } = one
    for (;;) {
      const { inForce } = this.#state
      try {
        const loaded = loadWithOverlay(local, { ...inForce, [scope]: { revision, patch } })
        await check(loaded, changedKeys(this.#loaded.config, loaded.config))
        // Rolled back meanwhile, what lies under or over the patch is another.
        if (this.#state.inForce === inForce) return loaded
      } catch (error) {
        return described(error)
      }
    }
  }

  /** Keys in which a configuration differs from the confirmed one. */
  #onTrial({ config }: LoadedConfig): readonly string[] {
    return changedKeys(loadWithOverlay(this.#options.local, this.#state.confirmed).config, config)
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
    const before = this.#loaded
    this.#loaded = loaded
    this.#bringAbout(before)
  }

  /** Makes the agent, if there is one, of another configuration what `loaded` says. */
  #bringAbout({ config }: LoadedConfig): void {
    const agent = this.#agent
    switch (effectOf(changedKeys(config, this.#loaded.config))) {
      case 'none':
        return
      case 'hot':
        agent?.reconfigure(this.#loaded.config)
        return
      case 'restart':
        this.#agent = undefined
        agent?.restart()
        return
    }
  }

  #return(target: Overlay, error: RevisionError): void {
    this.#options.log.warn({ code: error.code }, `remote configuration is rolled back: ${error.message}`)
    this.#trial.end()
    this.#keep(rolledBack(this.#state, target, error))
    this.#putInForce(loadWithOverlay(this.#options.local, target))
    this.#listener()
  }

  #step(step: Exclude<TrialStep, { kind: 'wait' }>): void {
    const { local, log } = this.#options
    switch (step.kind) {
      case 'swap': {
        log.info({ to: step.to }, 'remote configuration on trial: trying the other one')
        const { confirmed, inForce } = this.#state
        this.#putInForce(loadWithOverlay(local, step.to === 'old' ? confirmed : inForce))
        return
      }
      case 'confirm':
        log.info({ revision: this.revision }, 'remote configuration has stood its trial')
        this.#keep(confirmed(this.#state))
        this.#listener()
        return
      case 'roll_back':
        this.#return(this.#state.confirmed, ROLLED_BACK[step.broken])
        return
    }
  }

  /** In memory it holds also where the disk does not take it. */
  #keep(state: RemoteState): void {
    this.#state = state
    this.#options.store.tryWrite(state)
  }
}

import { activated, confirmed, rolledBack } from './delivery/delivery-state.js'
import type { DeliveryState, InstalledModel, ModelRollback } from './delivery/delivery-state.js'
import type { DeliveryStore } from './delivery/delivery-store.js'
import type { ModelOrder } from './delivery/model-order.js'
import type { ModelShelf } from './delivery/model-shelf.js'
import type { ModelSource } from './delivery/model-source.js'
import { ModelTrial } from './delivery/model-trial.js'
import { CaptureError, ConfigError, InputError, ModelError, PublishError } from './errors.js'
import type { Clock, Timer } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { PipelineModel } from './pipeline.js'
import { codeOf, reasonOf } from './reason-of.js'

const OBSERVE_MS = 1000
/** Whose errors are never a model's doing. */
const OTHERS = [InputError, CaptureError, PublishError, ConfigError]

/** The agent that runs now, as model delivery sees it. */
export interface DeliveringAgent {
  /** What it was built with. */
  readonly model: PipelineModel
  /** Longest time that features and network may take for a window. */
  readonly maxInferenceMs: number
  /** Takes the place of its model, from the next decision on. */
  readonly use: (model: PipelineModel) => void
  /** `report` has changed. */
  readonly say: () => void
}

export interface ModelInForceOptions {
  readonly store: DeliveryStore
  readonly shelf: ModelShelf
  /** What is being received, and so not to be tidied away. */
  readonly arriving: () => ModelOrder | undefined
  readonly source: ModelSource
  readonly trialMs: number
  readonly clock: Clock
  readonly log: Logger
}

/** Where the model in force comes from. */
export interface ModelReport {
  readonly id: string
  readonly sha256: string
  readonly origin: 'released' | 'delivered'
  /** Unix time, ms; null when it is not on trial. */
  readonly trialUntilMs: number | null
  readonly lastRollback: ModelRollback | null
}

type Why = Pick<ModelRollback, 'code' | 'message'>

/**
 * Which model is in force: the released one, or one that was delivered; watches a trial, and returns to what was before.
 * docs/model-delivery.md is its contract. As long as `RemoteConfig`, and for the same reason: these steps over one state
 * are easier to check in one place.
 */
export class ModelInForce {
  readonly #options: ModelInForceOptions
  #state: DeliveryState
  /** The delivered model in force; undefined: the released one. */
  #model: PipelineModel | undefined
  /** What a trial that fails returns to: in memory, so that no disk can come between. */
  #fallback: PipelineModel | undefined
  #agent: DeliveringAgent | undefined
  #trial: ModelTrial | undefined
  #timer: Timer | undefined

  /** Decides what is in force at the start. Whatever lies in the state folder, there is a model. */
  constructor(options: ModelInForceOptions) {
    this.#options = options
    this.#state = options.store.open()
    this.#model = this.#firstUsable()
    this.#tidy()
    const { trial } = this.#state
    if (trial === null) return
    this.#fallback = this.#beforeActive().model
    this.#beginTrial(trial.remainingMs)
  }

  /** The delivered model in force; undefined: the released one. */
  get model(): PipelineModel | undefined {
    return this.#model
  }

  get isOnTrial(): boolean {
    return this.#trial !== undefined
  }

  get order(): ModelOrder | undefined {
    return this.#state.active?.order
  }

  /** @throws {ModelError} as `readArtefact`, only while there is no agent */
  get report(): ModelReport {
    const { clock } = this.#options
    const remainingMs = this.#trial?.remainingMs(clock.monotonicMs())
    return {
      ...this.#inForce.classifier.model,
      origin: this.#model === undefined ? 'released' : 'delivered',
      trialUntilMs: remainingMs === undefined ? null : clock.nowMs() + remainingMs,
      lastRollback: this.#state.lastRollback,
    }
  }

  /** The agent may have been built with another model than is in force by now. */
  attach(agent: DeliveringAgent): void {
    if (this.#model === undefined) this.#options.source.released ??= agent.model
    this.#agent = agent
    if (this.#inForce !== agent.model) agent.use(this.#inForce)
  }

  /** That agent has ended. */
  detach(): void {
    this.#agent = undefined
  }

  /**
   * Reads a model that has arrived.
   *
   * @throws {ModelError} as `ModelSource.arrived`
   */
  examine(directory: string, order: ModelOrder): PipelineModel {
    return this.#options.source.arrived(directory, order, this.#inForce)
  }

  /**
   * Puts a model in force, on trial.
   *
   * @throws {ModelError} MODEL_NOT_KEPT, MODEL_DISK_FULL: then nothing has changed
   */
  activate(order: ModelOrder, model: PipelineModel): void {
    const { store, trialMs, log } = this.#options
    const { id, sha256 } = model.classifier.model
    const next = activated(this.#state, { order, manifestSha256: sha256 }, store.newTrial(trialMs))
    // Before it takes effect: what takes the process with it must be found at the next start.
    try {
      store.write(next)
    } catch (error) {
      // It may lie there all the same, where only the last sync has failed.
      store.tryWrite(this.#state)
      throw error
    }
    this.#fallback = this.#inForce
    this.#state = next
    this.#model = model
    this.#beginTrial(trialMs)
    this.#tidy()
    log.info({ model: id, sha256 }, 'a delivered model is in force, on trial')
    this.#agent?.use(model)
    this.#agent?.say()
  }

  /**
   * Returns to the model before, for whoever asks.
   *
   * @throws {ModelError} MODEL_NOTHING_TO_ROLL_BACK
   */
  rollBack(): void {
    if (this.#model === undefined) {
      throw new ModelError(
        'MODEL_NOTHING_TO_ROLL_BACK',
        'the released model is in force: there is none before it',
      )
    }
    const model = this.#fall({ code: 'MODEL_ROLLED_BACK_REQUEST', message: 'it was asked for' })
    if (model === undefined) {
      throw new ModelError('MODEL_NOTHING_TO_ROLL_BACK', 'no model before it can be read; the log says why')
    }
    this.#agent?.use(model)
  }

  /** Features and network took so long for a window. */
  inferenceTook(durationMs: number): void {
    this.#trial?.inferenceTook(durationMs)
  }

  /**
   * The model in force threw, or gave what is no number.
   *
   * @returns the model that takes its place; undefined: there is none
   */
  modelFailed(fault: unknown): PipelineModel | undefined {
    if (this.#model === undefined) return undefined
    return this.#fall({ code: 'MODEL_ROLLED_BACK_FAULT', message: `it fails: ${reasonOf(fault)}` })
  }

  /**
   * The agent has failed, which is a model's fault only while it is on trial.
   *
   * @returns true if there is another model to try
   */
  failed(error: unknown): boolean {
    if (this.#trial === undefined || OTHERS.some((Kind) => error instanceof Kind)) return false
    this.#agent = undefined
    const message = `the agent fails with it: ${reasonOf(error)}`
    return this.#fall({ code: 'MODEL_ROLLED_BACK_FAULT', message }) !== undefined
  }

  /** The process ends because it was told to: a trial goes on at the next start. */
  close(): void {
    const { clock, store } = this.#options
    const remainingMs = this.#trial?.remainingMs(clock.monotonicMs())
    this.#endTrial()
    const { trial } = this.#state
    if (trial === null || remainingMs === undefined) return
    store.tryWrite({ ...this.#state, trial: { ...trial, remainingMs, isRunning: false } })
  }

  get #inForce(): PipelineModel {
    return this.#model ?? this.#options.source.readReleased()
  }

  /** @returns the model that is in force now; undefined, with nothing changed, if none can be had */
  #fall(why: Why): PipelineModel | undefined {
    const { store, log, clock } = this.#options
    const before = this.#beforeActive()
    const model = this.#fallback ?? before.model
    if (model === undefined) return undefined
    log.warn({ code: why.code, model: this.order?.id }, `a delivered model is rolled back: ${why.message}`)
    this.#endTrial()
    this.#state = { ...rolledBack(this.#state, why, clock.nowMs()), active: before.installed }
    this.#model = before.installed === null ? undefined : model
    store.tryWrite(this.#state)
    this.#tidy()
    this.#agent?.say()
    return model
  }

  /** What a rollback returns to; a model that is damaged is passed over. */
  #beforeActive(): { readonly installed: InstalledModel | null; readonly model: PipelineModel | undefined } {
    const { source, log } = this.#options
    const { previous } = this.#state
    if (previous !== null) {
      try {
        return { installed: previous, model: this.#fallback ?? source.installed(previous) }
      } catch (error) {
        const fields = { code: codeOf(error), model: previous.order.id }
        log.error(fields, `the model before is passed over: ${reasonOf(error)}`)
      }
    }
    return { installed: null, model: source.releasedOrNone() }
  }

  #beginTrial(trialMs: number): void {
    const { clock } = this.#options
    const maxInferenceMs = (): number => this.#agent?.maxInferenceMs ?? Infinity
    this.#trial = new ModelTrial({ trialMs, maxInferenceMs, nowMs: clock.monotonicMs() })
    this.#observeLater()
  }

  #endTrial(): void {
    this.#timer?.clear()
    this.#trial = undefined
    this.#fallback = undefined
  }

  #observeLater(): void {
    this.#timer = this.#options.clock.after(OBSERVE_MS, () => this.#observe())
  }

  #observe(): void {
    const { clock, log, store } = this.#options
    const trial = this.#trial
    if (trial === undefined) return
    if (trial.isTooSlow) {
      const message = `of ${trial.windows} windows ${trial.slow} took longer than ${this.#agent?.maxInferenceMs} ms`
      const model = this.#fall({ code: 'MODEL_ROLLED_BACK_SLOW', message })
      if (model !== undefined) this.#agent?.use(model)
    } else if (trial.remainingMs(clock.monotonicMs()) === 0) {
      log.info({ model: this.order?.id, windows: trial.windows }, 'a delivered model has stood its trial')
      this.#endTrial()
      this.#state = confirmed(this.#state)
      store.tryWrite(this.#state)
      this.#agent?.say()
    } else this.#observeLater()
  }

  /** At the start: the active model, or the one before, or undefined for the released one. */
  #firstUsable(): PipelineModel | undefined {
    const { store, source, clock, log } = this.#options
    for (;;) {
      const { active } = this.#state
      if (active === null) return undefined
      try {
        return source.installed(active)
      } catch (error) {
        const why = { code: codeOf(error), message: reasonOf(error) }
        log.error({ code: why.code, model: active.order.id }, `a delivered model is given up: ${why.message}`)
        this.#state = rolledBack(this.#state, why, clock.nowMs())
        store.tryWrite(this.#state)
      }
    }
  }

  #tidy(): void {
    const { shelf, arriving } = this.#options
    shelf.keepOnly([this.#state.active?.order, this.#state.previous?.order, arriving()])
  }
}

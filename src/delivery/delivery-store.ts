import type { ModelError } from '../errors.js'
import type { Logger } from '../ops/logger.js'
import { machineBoot } from '../ops/machine-boot.js'
import type { StateFile } from '../ops/state-file.js'
import { reasonOf } from '../reason-of.js'
import { newTrial, resumedTrial, type TrialRecord } from '../trial-record.js'
import {
  DELIVERY_STATE_MAX_BYTES,
  encodeDeliveryState,
  parseDeliveryState,
  RELEASED_ONLY,
  rolledBack,
  type DeliveryState,
} from './delivery-state.js'
import { notKept } from './model-shelf.js'

export interface DeliveryStoreOptions {
  readonly file: StateFile
  readonly log: Logger
  /** Unix time, ms. */
  readonly nowMs: () => number
  /** Names this boot of the machine. */
  readonly machineBoot?: string
}

/** Keeps which model is in force over restarts, crashes and power cuts. */
export class DeliveryStore {
  readonly #machineBoot: string

  constructor(private readonly options: DeliveryStoreOptions) {
    this.#machineBoot = options.machineBoot ?? machineBoot()
  }

  /** What is to be in force at the start. A model on trial with which the process died has been rolled back. */
  open(): DeliveryState {
    const state = this.#read()
    if (state.trial === null) return state
    const resumed = resumedTrial(state.trial, this.#machineBoot)
    const { log, nowMs } = this.options
    const next =
      typeof resumed === 'string'
        ? rolledBack(state, { code: 'MODEL_ROLLED_BACK_CRASH', message: resumed }, nowMs())
        : { ...state, trial: resumed }
    if (typeof resumed === 'string') {
      const fields = { code: 'MODEL_ROLLED_BACK_CRASH', model: state.active?.order.id }
      log.warn(fields, `a delivered model is rolled back: ${resumed}`)
    }
    this.tryWrite(next)
    return next
  }

  newTrial(trialMs: number): TrialRecord {
    return newTrial(trialMs, this.#machineBoot)
  }

  /** @throws {ModelError} MODEL_NOT_KEPT, MODEL_DISK_FULL */
  write(state: DeliveryState): void {
    const { file } = this.options
    try {
      file.write(encodeDeliveryState(state))
    } catch (cause) {
      throw notKept(file.path, cause)
    }
  }

  /** The same of what holds in memory whether or not the disk takes it. */
  tryWrite(state: DeliveryState): void {
    try {
      this.write(state)
    } catch (error) {
      const { code, message } = error as ModelError
      this.options.log.error({ code }, message)
    }
  }

  #read(): DeliveryState {
    const { file, log } = this.options
    try {
      const bytes = file.read(DELIVERY_STATE_MAX_BYTES)
      return bytes === undefined ? RELEASED_ONLY : parseDeliveryState(bytes)
    } catch (error) {
      log.error(
        { code: 'MODEL_STATE', path: file.path, reason: reasonOf(error) },
        'starting with the released model',
      )
      return RELEASED_ONLY
    }
  }
}

import { ModelError } from '../errors.js'
import { isJsonObject, readJsonObject } from '../hostile-json.js'
import { parseTrialRecord, type TrialRecord } from '../trial-record.js'
import { orderJson, parseOrder, type ModelOrder } from './model-order.js'

const SCHEMA = 'affectd.models/1'
export const DELIVERY_STATE_MAX_BYTES = 16 * 1024
const LIMITS = { maxBytes: DELIVERY_STATE_MAX_BYTES, maxDepth: 4 }
const SHA256 = /^[0-9a-f]{64}$/
const MAX_MESSAGE_LENGTH = 1000

/** A delivered model that lies on the disk, unpacked. */
export interface InstalledModel {
  readonly order: ModelOrder
  /** Of its manifest.json, which names the SHA-256 of every other file. */
  readonly manifestSha256: string
}

/** Why a model is not the active one any more. */
export interface ModelRollback {
  readonly id: string
  readonly code: string
  readonly message: string
  /** Unix time, ms. */
  readonly timeMs: number
}

/** All that is remembered of delivered models. Null in place of a model: the released one. Immutable. */
export interface DeliveryState {
  readonly active: InstalledModel | null
  /** What a rollback returns to. */
  readonly previous: InstalledModel | null
  /** Of the active one. */
  readonly trial: TrialRecord | null
  readonly lastRollback: ModelRollback | null
}

export const RELEASED_ONLY: DeliveryState = { active: null, previous: null, trial: null, lastRollback: null }

/** The active model gives way to another, which is on trial. */
export function activated(state: DeliveryState, model: InstalledModel, trial: TrialRecord): DeliveryState {
  return { ...state, active: model, previous: state.active, trial }
}

export function confirmed(state: DeliveryState): DeliveryState {
  return { ...state, trial: null }
}

/** The model before, or the released one, is active again, and behind it is the released one alone. */
export function rolledBack(
  state: DeliveryState,
  why: Pick<ModelRollback, 'code' | 'message'>,
  timeMs: number,
): DeliveryState {
  const id = state.active?.order.id ?? ''
  return {
    active: state.previous,
    previous: null,
    trial: null,
    lastRollback: { id, code: why.code, message: why.message.slice(0, MAX_MESSAGE_LENGTH), timeMs },
  }
}

export function encodeDeliveryState({ active, previous, trial, lastRollback }: DeliveryState): string {
  return JSON.stringify({
    schema: SCHEMA,
    active: active && encodeModel(active),
    previous: previous && encodeModel(previous),
    trial,
    lastRollback,
  })
}

/** @throws {ModelError} MODEL_STATE if it is not what `encodeDeliveryState` writes */
export function parseDeliveryState(bytes: Uint8Array): DeliveryState {
  const value = readJsonObject(bytes, LIMITS, damaged)
  if (value['schema'] !== SCHEMA) throw damaged(`its schema is not ${SCHEMA}`)
  const active = parseModel(value['active'], 'active')
  const trial = value['trial'] === null ? null : parseTrialRecord(value['trial'])
  if (trial === undefined || (trial !== null && active === null)) throw damaged('trial')
  return {
    active,
    previous: parseModel(value['previous'], 'previous'),
    trial,
    lastRollback: parseRollback(value['lastRollback']),
  }
}

function encodeModel({ order, manifestSha256 }: InstalledModel): object {
  return { order: orderJson(order), manifestSha256 }
}

function parseModel(value: unknown, name: string): InstalledModel | null {
  if (value === null) return null
  if (!isJsonObject(value)) throw damaged(name)
  const { order, manifestSha256 } = value
  if (typeof manifestSha256 !== 'string' || !SHA256.test(manifestSha256)) throw damaged(name)
  try {
    return { order: parseOrder(order), manifestSha256 }
  } catch {
    throw damaged(name)
  }
}

function parseRollback(value: unknown): ModelRollback | null {
  if (value === null) return null
  if (!isJsonObject(value)) throw damaged('lastRollback')
  const { id, code, message, timeMs } = value
  // A time that is none could not be written as one.
  const isTime = typeof timeMs === 'number' && Math.abs(timeMs) <= 8.64e15
  if (typeof id !== 'string' || typeof code !== 'string' || typeof message !== 'string' || !isTime) {
    throw damaged('lastRollback')
  }
  return { id, code, message, timeMs }
}

function damaged(what: string): ModelError {
  return new ModelError('MODEL_STATE', `what was kept of delivered models is damaged: ${what}`)
}

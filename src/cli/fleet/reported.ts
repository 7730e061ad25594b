import { isJsonObject, type JsonObject } from '../../hostile-json.js'
import { malformed, readDeviceJson } from './read-device-json.js'

const STATUSES = ['applied', 'rejected', 'rolled_back'] as const
const MAX_TEXT_CHARS = 500

export type RevisionStatus = (typeof STATUSES)[number]

export interface ReportedError {
  readonly code: string
  readonly message: string
}

/** What became of the last revision of one scope. */
export interface ReportedRevision {
  /** 0: none yet. */
  readonly revision: number
  readonly status: RevisionStatus | null
  readonly error: ReportedError | null
}

/** A message that the device did not even consider. */
export interface Refused {
  readonly scope: 'device' | 'group'
  readonly revision: number | null
  readonly error: ReportedError
}

/** `config/reported`, checked as far as the fleet commands use it. Texts are still a stranger's. */
export interface Reported {
  readonly device: ReportedRevision
  readonly group: ReportedRevision
  /** null: the device is in none. */
  readonly groupName: string | null
  readonly confirmed: boolean
  readonly trialUntil: string | null
  readonly refused: Refused | null
  readonly effective: JsonObject
  readonly time: string
}

/**
 * Reads the payload of `config/reported`.
 *
 * @throws {FleetError} FLEET_MALFORMED
 */
export function parseReported(payload: Uint8Array): Reported {
  const value = readDeviceJson(payload)
  const { time, confirmed, effective } = value
  if (typeof time !== 'string') throw malformed('it has no time')
  if (typeof confirmed !== 'boolean') throw malformed('confirmed is neither true nor false')
  if (!isJsonObject(effective)) throw malformed('effective is no object')
  return {
    device: revisionOf(value['revision'], value['status'], value['error']),
    group: revisionOf(value['group_revision'], value['group_status'], value['group_error']),
    groupName: textOrNull(value['group'], 'group'),
    confirmed,
    trialUntil: textOrNull(value['trial_until'], 'trial_until'),
    refused: refusedOf(value['refused']),
    effective,
    time: clip(time),
  }
}

function revisionOf(revision: unknown, status: unknown, error: unknown): ReportedRevision {
  const number = revision ?? 0
  if (!Number.isSafeInteger(number) || (number as number) < 0)
    throw malformed('a revision is no whole number')
  const known = STATUSES.find((name) => name === status) ?? null
  if (known === null && (status ?? null) !== null) throw malformed('a status is none of those there are')
  return { revision: number as number, status: known, error: errorOf(error) }
}

function refusedOf(value: unknown): Refused | null {
  if ((value ?? null) === null) return null
  if (!isJsonObject(value)) throw malformed('refused is no object')
  const { scope, revision } = value
  const error = errorOf(value['error'])
  if ((scope !== 'device' && scope !== 'group') || error === null) throw malformed('refused is incomplete')
  return { scope, revision: Number.isSafeInteger(revision) ? (revision as number) : null, error }
}

function errorOf(value: unknown): ReportedError | null {
  if ((value ?? null) === null) return null
  if (!isJsonObject(value)) throw malformed('an error is no object')
  const { code, message } = value
  if (typeof code !== 'string' || typeof message !== 'string')
    throw malformed('an error has no code or message')
  return { code: clip(code), message: clip(message) }
}

function textOrNull(value: unknown, name: string): string | null {
  if (value === null || value === undefined || value === '') return null
  if (typeof value !== 'string') throw malformed(`${name} is no text`)
  return clip(value)
}

function clip(text: string): string {
  return text.slice(0, MAX_TEXT_CHARS)
}

import { ConfigError } from '../../errors.js'
import { isJsonObject, readJsonObject, type JsonObject } from '../../hostile-json.js'
import { isRevision } from './desired.js'
import { parseTrialRecord, type TrialRecord } from '../../trial-record.js'
import type { Overlay, RemoteState, Revision, RevisionError, Verdict } from './revisions.js'

const SCHEMA = 'affectd.remote_config/1'
/** Six patches of 64 KiB, and what JSON adds. */
export const STATE_MAX_BYTES = 1024 * 1024
const LIMITS = { maxBytes: STATE_MAX_BYTES, maxDepth: 16 }
const STATUSES: readonly unknown[] = ['applied', 'rejected', 'rolled_back']

export function encodeState(state: RemoteState): string {
  return JSON.stringify({ schema: SCHEMA, ...state })
}

/**
 * Reads what was kept of remote configuration. The patches in it are as hostile as they were when they came.
 *
 * @throws {ConfigError} CONFIG_REMOTE_STATE
 */
export function parseState(bytes: Uint8Array): RemoteState {
  const value = readJsonObject(bytes, LIMITS, damaged)
  if (value['schema'] !== SCHEMA) throw damaged(`its schema is not ${SCHEMA}`)
  const { groupName } = value
  if (typeof groupName !== 'string') throw damaged('groupName is no text')
  return {
    device: verdict(value['device'], 'device'),
    group: verdict(value['group'], 'group'),
    groupName,
    inForce: overlay(value['inForce'], 'inForce'),
    confirmed: overlay(value['confirmed'], 'confirmed'),
    previous: value['previous'] === null ? null : overlay(value['previous'], 'previous'),
    trial: trial(value['trial']),
  }
}

function verdict(value: unknown, name: string): Verdict | null {
  if (value === null) return null
  const { revision, digest, status, error } = object(value, name)
  if (!isRevision(revision) || typeof digest !== 'string' || !STATUSES.includes(status)) throw damaged(name)
  return { revision, digest, status: status as Verdict['status'], error: revisionError(error, name) }
}

function revisionError(value: unknown, name: string): RevisionError | null {
  if (value === null) return null
  const { code, message } = object(value, name)
  if (typeof code !== 'string' || typeof message !== 'string') throw damaged(`${name}.error`)
  return { code, message }
}

function overlay(value: unknown, name: string): Overlay {
  const { device, group } = object(value, name)
  return { device: revisionOf(device, name), group: revisionOf(group, name) }
}

function revisionOf(value: unknown, name: string): Revision | null {
  if (value === null) return null
  const { revision, patch } = object(value, name)
  if (!isRevision(revision) || !isJsonObject(patch)) throw damaged(name)
  return { revision, patch }
}

function trial(value: unknown): TrialRecord | null {
  if (value === null) return null
  const record = parseTrialRecord(value)
  if (record === undefined) throw damaged('trial')
  return record
}

function object(value: unknown, name: string): JsonObject {
  if (!isJsonObject(value)) throw damaged(name)
  return value
}

function damaged(what: string): ConfigError {
  return new ConfigError('CONFIG_REMOTE_STATE', `what was kept of remote configuration is damaged: ${what}`)
}

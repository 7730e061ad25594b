import { ConfigError } from '../errors.js'
import { readJsonObject } from '../hostile-json.js'

/**
 * Of what lies in `device.state_dir` as a whole. It rises with every change after which an older affectd would misread,
 * drop or overwrite something there: a new `schema` of one of the files below, a new `v` of an event in the outbox.
 */
export const STATE_VERSION = 1
export const STATE_VERSION_MAX_BYTES = 4096
/** Enough of a file to see its schema, which is its first field. */
export const SCHEMA_PEEK_BYTES = 128

/** Schemas by the files that have them, as this build writes them. */
const SCHEMAS: readonly (readonly [file: RegExp, name: string, version: number])[] = [
  [/^baseline\.json$/, 'affectd.baseline', 1],
  [/^fatigue(-.*)?\.json$/, 'affectd.fatigue', 1],
  [/^listening\.json$/, 'affectd.listening', 2],
  [/^alerts\.json$/, 'affectd.raised_alerts', 1],
  [/^summary\.json$/, 'affectd.tally', 1],
  [/^outbox\.json$/, 'affectd.outbox', 1],
  [/^remote-config\.json$/, 'affectd.remote_config', 1],
  [/^run\.json$/, 'affectd.run', 1],
  [/^models\.json$/, 'affectd.models', 1],
]
const SCHEMA = /^\s*\{\s*"schema"\s*:\s*"([a-z_.]{1,64})\/([0-9]{1,9})"/
const LIMITS = { maxBytes: STATE_VERSION_MAX_BYTES, maxDepth: 2 }

/** What `state-version.json` says. */
export interface StateMark {
  readonly stateVersion: number
  /** Version of the affectd that wrote it. */
  readonly affectd: string
}

export function encodeStateMark({ stateVersion, affectd }: StateMark): string {
  return `${JSON.stringify({ state_version: stateVersion, affectd })}\n`
}

/** @throws {ConfigError} STATE_VERSION_UNREADABLE */
export function parseStateMark(bytes: Uint8Array): StateMark {
  const { state_version: version, affectd } = readJsonObject(bytes, LIMITS, unreadable)
  if (!Number.isSafeInteger(version) || (version as number) < 1)
    throw unreadable('state_version is no version')
  return {
    stateVersion: version as number,
    affectd: typeof affectd === 'string' ? affectd.slice(0, 64) : '?',
  }
}

/** Whether a file has one of these schemas, and so is worth a look. */
export function hasSchema(file: string): boolean {
  return SCHEMAS.some(([pattern]) => pattern.test(file))
}

/**
 * The schema of a file where a newer affectd has written it; undefined where it is known, older or none at all.
 *
 * @param start its first SCHEMA_PEEK_BYTES
 */
export function newerSchema(file: string, start: Uint8Array): string | undefined {
  const known = SCHEMAS.find(([pattern]) => pattern.test(file))
  const [, name, version] = SCHEMA.exec(Buffer.from(start).toString('latin1')) ?? []
  if (known === undefined || name !== known[1]) return undefined
  return Number(version) > known[2] ? `${name}/${version}` : undefined
}

function unreadable(why: string): ConfigError {
  return new ConfigError('STATE_VERSION_UNREADABLE', `state-version.json cannot be read: ${why}`)
}

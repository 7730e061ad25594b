import { ConfigError } from '../../errors.js'
import { isJsonObject, readJsonObject, type JsonObject } from '../../hostile-json.js'

/** A patch of the configuration, any JSON: hostile until it has been laid over the rest. */
export type Patch = JsonObject

/** What an operator asks for. */
export interface Desired {
  readonly revision: number
  readonly patch: Patch
  /** Base64; absent if it came unsigned. */
  readonly signature: string | undefined
}

/** Whose configuration a revision is. */
export type RemoteScope = 'device' | 'group'

/** Of the payload of `config/desired`. */
export const DESIRED_MAX_BYTES = 64 * 1024
const LIMITS = { maxBytes: DESIRED_MAX_BYTES, maxDepth: 9 }
const MAX_SIGNATURE_LENGTH = 512
const FIELDS: readonly string[] = ['revision', 'patch', 'signature']

/**
 * Reads the payload of `config/desired`.
 *
 * @throws {ConfigError} CONFIG_DESIRED_MALFORMED
 */
export function parseDesired(payload: Uint8Array): Desired {
  const value = readJsonObject(payload, LIMITS, malformed)
  const unknown = Object.keys(value).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) throw malformed(`it has a field ${JSON.stringify(unknown.slice(0, 40))}`)
  const { revision, patch, signature } = value
  if (!isRevision(revision)) {
    throw malformed(`its revision is no whole number from 1 to ${Number.MAX_SAFE_INTEGER}`)
  }
  if (!isJsonObject(patch)) throw malformed('its patch is not a JSON object')
  if (signature !== undefined && !isSignature(signature)) {
    throw malformed(`its signature is no text of at most ${MAX_SIGNATURE_LENGTH} characters`)
  }
  return { revision, patch, signature }
}

export function isRevision(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1
}

function isSignature(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_SIGNATURE_LENGTH
}

function malformed(why: string): ConfigError {
  return new ConfigError(
    'CONFIG_DESIRED_MALFORMED',
    `the desired configuration cannot be read: ${why}; see docs/remote-configuration.md`,
  )
}

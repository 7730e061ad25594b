import { ConfigError } from '../../errors.js'

/** Far above what any configuration needs: the call stack must not depend on what a stranger sends. */
const MAX_DEPTH = 64
/** First line of what is signed: another version of the text, or another use of the key, is another signature. */
const PURPOSE = 'affectd.config/1'
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Whom a revision is for, as the signature says it: `device/bus-12`, `group/buses`. */
export type SignedTarget = `device/${string}` | `group/${string}`

/**
 * What is signed of a revision: four lines joined by line feeds. The target and the revision are in it, so that a
 * signature is of no use for another device or at another time.
 *
 * @param revision whole number, ≥ 1
 * @param patch    the JSON Merge Patch, a JSON value
 * @returns to be signed as UTF-8
 * @throws {ConfigError} as `canonicalJson`
 */
export function signedText(target: SignedTarget, revision: number, patch: unknown): string {
  return [PURPOSE, target, String(revision), canonicalJson(patch)].join('\n')
}

/**
 * The one text of a JSON value that everybody arrives at: keys sorted by their UTF-16 code units, no white space,
 * numbers and strings as ECMAScript writes them.
 *
 * @param value null, booleans, finite numbers, strings without lone surrogates, arrays and plain objects of such
 * @throws {ConfigError} CONFIG_INVALID_VALUE for anything else, and for more than 64 levels
 * @see RFC 8785, JSON Canonicalization Scheme
 */
export function canonicalJson(value: unknown): string {
  return canonical(value, 0)
}

function canonical(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw refusal(`it is nested more than ${MAX_DEPTH} levels deep`)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return canonicalNumber(value)
  if (typeof value === 'string') return canonicalString(value)
  if (typeof value !== 'object') throw refusal(`JSON has no ${typeof value}`)
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(',')}]`
  const record = value as Readonly<Record<string, unknown>>
  const members = Object.keys(record)
    .sort()
    .map((key) => `${canonicalString(key)}:${canonical(record[key], depth + 1)}`)
  return `{${members.join(',')}}`
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw refusal(`JSON has no ${value}`)
  return JSON.stringify(value)
}

function canonicalString(text: string): string {
  if (LONE_SURROGATE.test(text)) throw refusal('it holds half of a surrogate pair')
  return JSON.stringify(text)
}

function refusal(why: string): ConfigError {
  return new ConfigError('CONFIG_INVALID_VALUE', `the patch has no canonical form: ${why}`)
}

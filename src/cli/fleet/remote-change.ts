import { CONFIG_KEYS } from '../../config/config.js'
import { invalidValue, notAGroup, unknownKey } from '../../config/config-errors.js'
import { isGroup } from '../../config/layers.js'
import type { KeySpec } from '../../config/key-spec.js'
import type { Origin } from '../../config/origin.js'
import { ConfigError, UsageError } from '../../errors.js'
import { isJsonObject, type JsonObject } from '../../hostile-json.js'
import { plain } from '../../plain-text.js'
import { layOver, leavesOf, treeOf, withoutKey } from './overlay-edit.js'

/** What an operator wants changed in an overlay; checked against the schema of this build. */
export interface RemoteChange {
  readonly patch: JsonObject
  /** Keys or groups of keys that leave the overlay. */
  readonly unset: readonly string[]
  /** The patch is the whole overlay: what was there is forgotten. */
  readonly isReplacing: boolean
}

const ORIGIN: Origin = { kind: 'set', name: 'the command line' }

/** The overlay after the change. */
export function changedOverlay(overlay: JsonObject, { patch, unset, isReplacing }: RemoteChange): JsonObject {
  if (isReplacing) return patch
  return layOver(unset.reduce(withoutKey, overlay), patch)
}

/**
 * @param pairs `key=value`; `key=null` makes the key local again, whatever the group says
 * @returns as a tree
 * @throws {ConfigError} CONFIG_UNKNOWN_KEY, CONFIG_NOT_REMOTE, CONFIG_INVALID_VALUE
 */
export function parseAssignments(pairs: readonly string[]): JsonObject {
  return pairs.reduce<JsonObject>((tree, pair) => {
    const at = pair.indexOf('=')
    const [key, text] = [pair.slice(0, at), pair.slice(at + 1)]
    const spec = remoteKey(key, ORIGIN)
    const value = text === 'null' ? null : spec.format.parse(text)
    if (value === undefined) throw invalidValue(key, spec, text, ORIGIN)
    return layOver(tree, treeOf(key, value))
  }, {})
}

/**
 * Checks a patch as a device will, as far as that can be told without the device.
 *
 * @param source where it came from, for the message
 * @throws {ConfigError} CONFIG_UNKNOWN_KEY, CONFIG_NOT_REMOTE, CONFIG_INVALID_VALUE
 */
export function checkPatch(patch: JsonObject, source: string, prefix = ''): void {
  const origin: Origin = { kind: 'set', name: source }
  for (const [name, value] of Object.entries(patch)) {
    const key = prefix + name
    // A dot in a name would pass for a level.
    if (name.includes('.') || (!isGroup(CONFIG_KEYS, key) && !CONFIG_KEYS.has(key)))
      throw unknown(key, origin)
    if (isGroup(CONFIG_KEYS, key)) {
      if (!isJsonObject(value)) throw notAGroup(key, value, origin)
      checkPatch(value, source, `${key}.`)
      continue
    }
    const spec = remoteKey(key, origin)
    if (value !== null && !spec.format.accepts(value)) throw invalidValue(key, spec, value, origin)
  }
}

/** @throws {ConfigError} CONFIG_UNKNOWN_KEY */
export function checkUnset(keys: readonly string[]): void {
  for (const key of keys) if (!CONFIG_KEYS.has(key) && !isGroup(CONFIG_KEYS, key)) throw unknown(key, ORIGIN)
}

/** @throws {UsageError} USAGE_ARGUMENTS if nothing would be changed */
export function refuseIdleChange({ patch, unset, isReplacing }: RemoteChange): void {
  if (Object.keys(patch).length > 0 || unset.length > 0 || isReplacing) return
  throw new UsageError(
    'USAGE_ARGUMENTS',
    'affectd fleet set: give key=value, --patch FILE, --unset KEY or --replace; see --help',
  )
}

/** The change in a few words, for the question before it. */
export function describeChange({ patch, unset, isReplacing }: RemoteChange): string {
  const sets = leavesOf(patch).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const parts = [
    ...(isReplacing ? ['replace all by'] : []),
    sets.length > 0 ? `set ${sets.join(' ')}` : isReplacing ? 'nothing' : '',
    ...(unset.length > 0 ? [`unset ${unset.join(' ')}`] : []),
  ]
  return plain(parts.filter((part) => part !== '').join(', '))
}

function remoteKey(key: string, origin: Origin): KeySpec {
  const spec = CONFIG_KEYS.get(key)
  if (spec === undefined) throw unknown(key, origin)
  if (!spec.remote) {
    throw new ConfigError(
      'CONFIG_NOT_REMOTE',
      `${key} (from ${origin.name}) cannot be set from afar: set it on the device`,
    )
  }
  return spec
}

function unknown(key: string, origin: Origin): ConfigError {
  return unknownKey(key, origin, CONFIG_KEYS.keys())
}

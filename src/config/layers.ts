import { readFileSync } from 'node:fs'
import { ConfigError } from '../errors.js'
import { invalidValue, notAGroup, unknownKey, unknownVariable } from './config-errors.js'
import { ENVIRONMENT_PREFIX, environmentName, type KeySpec } from './key-spec.js'
import { currentTree, type Outdated } from './migrations/config-version.js'
import type { Origin } from './origin.js'

/** One key set by one source; the value was accepted by the key's format. */
export interface Setting {
  readonly key: string
  readonly value: unknown
  readonly origin: Origin
}

type Keys = ReadonlyMap<string, KeySpec>

// Keys are two levels deep; what is deeper is unknown anyway and must not cost a stack.
const MAX_DEPTH = 8

/** The characters of keys at the start of a text. */
const KEY = /^[A-Za-z0-9_.]*/

/** What a file says, and what had to be changed in it to be understood. */
export interface FileLayer {
  readonly settings: readonly Setting[]
  readonly outdated: Outdated
}

/**
 * @param path of a JSON file
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_BAD_JSON, CONFIG_TOO_NEW, CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE
 */
export function fileLayer(keys: Keys, path: string, kind: 'packaged' | 'file'): FileLayer {
  const origin = { kind, name: path }
  const { tree, outdated } = currentTree(readJson(path), origin)
  return { settings: treeLayer(keys, tree, origin), outdated }
}

/**
 * @param tree from outside: any JSON value
 * @throws {ConfigError} CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE
 */
export function treeLayer(keys: Keys, tree: unknown, origin: Origin): readonly Setting[] {
  return settingsIn(keys, tree, origin, '', 0)
}

/** @throws {ConfigError} CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE */
export function environmentLayer(keys: Keys, env: NodeJS.ProcessEnv): readonly Setting[] {
  const keyOf = new Map([...keys.keys()].map((key) => [environmentName(key), key]))
  return Object.entries(env)
    .filter(([name, text]) => name.startsWith(ENVIRONMENT_PREFIX) && text !== undefined)
    .map(([name, text]) => {
      const key = keyOf.get(name)
      if (key === undefined) throw unknownVariable(name, keys.keys())
      return parsed(keys, key, text as string, { kind: 'environment', name })
    })
}

/**
 * @param pairs `key=value` each, as given to --set
 * @throws {ConfigError} CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE
 */
export function setLayer(keys: Keys, pairs: readonly string[]): readonly Setting[] {
  const origin: Origin = { kind: 'set', name: '--set' }
  return pairs.map((pair) => {
    const key = KEY.exec(pair)?.[0] ?? ''
    if (pair[key.length] !== '=') {
      // What follows may be a secret after the wrong mark: `mqtt.password:secret`.
      throw new ConfigError(
        'CONFIG_INVALID_VALUE',
        `--set ${JSON.stringify(key)} has no value; write key=value`,
      )
    }
    return parsed(keys, key, pair.slice(key.length + 1), origin)
  })
}

function parsed(keys: Keys, key: string, text: string, origin: Origin): Setting {
  const spec = keys.get(key)
  if (spec === undefined) throw unknownKey(key, origin, keys.keys())
  const value = spec.format.parse(text)
  if (value === undefined) throw invalidValue(key, spec, text, origin)
  return { key, value, origin }
}

function settingsIn(keys: Keys, tree: unknown, origin: Origin, prefix: string, depth: number): Setting[] {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw notAGroup(prefix.slice(0, -1), tree, origin)
  }
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    const key = prefix + name
    const spec = name.includes('.') ? undefined : keys.get(key)
    if (spec !== undefined) {
      if (!spec.format.accepts(value)) throw invalidValue(key, spec, value, origin)
      return [{ key, value, origin }]
    }
    if (depth >= MAX_DEPTH || !isGroup(keys, key)) throw unknownKey(key, origin, keys.keys())
    return settingsIn(keys, value, origin, `${key}.`, depth + 1)
  })
}

/** Whether keys lie below this name. */
export function isGroup(keys: Keys, key: string): boolean {
  return [...keys.keys()].some((known) => known.startsWith(`${key}.`))
}

/** @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_BAD_JSON */
export function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    throw new ConfigError('CONFIG_NOT_FOUND', `configuration file ${path} ${why}; check its path`, { cause })
  }
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new ConfigError('CONFIG_BAD_JSON', `${path} is not JSON: ${placeOfError(text, cause)}`, { cause })
  }
}

/** Where parsing stopped, without quoting the file as V8's message does: it may hold secrets. */
function placeOfError(text: string, cause: unknown): string {
  const position = /position (\d+)/.exec((cause as Error).message)?.[1]
  if (text.trim() === '') return 'it is empty'
  if (position === undefined) return 'it ends too early or holds a character that JSON does not allow'
  const before = text.slice(0, Number(position)).split('\n')
  return `unexpected text at line ${before.length}, column ${before[before.length - 1].length + 1}`
}

import { isJsonObject, type JsonObject } from '../../hostile-json.js'

/** What changed in the names of the configuration from one version to the next. Dotted names of single keys. */
export interface Migration {
  /** By what each is called from then on. The value stays as it is. */
  readonly renamed: Readonly<Record<string, string>>
  /** Keys that are gone, and what became of what they did, in few words. */
  readonly removed: Readonly<Record<string, string>>
}

export interface MigratedTree {
  readonly tree: JsonObject
  /** What was done, in words, one a key. */
  readonly changes: readonly string[]
}

/**
 * A tree of settings, or a patch of them, in the names of the next version. What the migration does not name is left
 * alone. Where both names stand the new one counts. In a patch `null` for a whole group returns its keys to their local
 * values: those that have moved elsewhere, too.
 *
 * @param tree from outside: any JSON object
 */
export function migrate(tree: JsonObject, { renamed, removed }: Migration): MigratedTree {
  let now = tree
  const changes: string[] = []
  for (const [from, to] of Object.entries(renamed)) {
    const found = take(now, from.split('.'))
    if (found === undefined) continue
    now = found.rest
    const isTaken = take(now, to.split('.')) !== undefined
    if (!isTaken) now = put(now, to.split('.'), found.value)
    if (!found.isOfGroup)
      changes.push(isTaken ? `${from} is left out, for ${to} is set` : `${from} is now ${to}`)
  }
  for (const [key, why] of Object.entries(removed)) {
    const found = take(now, key.split('.'))
    if (found === undefined || found.isOfGroup) continue
    now = found.rest
    changes.push(`${key} is gone: ${why}`)
  }
  return { tree: now, changes }
}

interface Found {
  readonly value: unknown
  /** Without it, and without groups that are empty then. */
  readonly rest: JsonObject
  /** A group above it is null, and stays. */
  readonly isOfGroup: boolean
}

function take(tree: JsonObject, [name, ...below]: readonly string[]): Found | undefined {
  if (!Object.hasOwn(tree, name)) return undefined
  const value = tree[name]
  if (below.length === 0) return { value, rest: without(tree, name), isOfGroup: false }
  if (value === null) return { value: null, rest: tree, isOfGroup: true }
  const found = isJsonObject(value) ? take(value, below) : undefined
  if (found === undefined) return undefined
  const isEmpty = Object.keys(found.rest).length === 0
  return { ...found, rest: isEmpty ? without(tree, name) : set(tree, name, found.rest) }
}

function put(tree: JsonObject, [name, ...below]: readonly string[], value: unknown): JsonObject {
  if (below.length === 0) return set(tree, name, value)
  const group = Object.hasOwn(tree, name) ? tree[name] : {}
  // What is no group is refused later, under its own name.
  return isJsonObject(group) ? set(tree, name, put(group, below, value)) : tree
}

// By entries: even `__proto__` is a name like any other.
function without(tree: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(tree).filter(([key]) => key !== name))
}

function set(tree: JsonObject, name: string, value: unknown): JsonObject {
  return Object.fromEntries(new Map(Object.entries(tree)).set(name, value))
}

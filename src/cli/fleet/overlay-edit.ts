import { isJsonObject, type JsonObject } from '../../hostile-json.js'

/**
 * A change laid over an overlay: objects are merged, all else replaces what was there. Unlike in RFC 7396 a `null` stays,
 * for in a device's overlay it says something: the key is local again, whatever the group says.
 */
export function layOver(overlay: JsonObject, change: JsonObject): JsonObject {
  // A Map and Object.fromEntries keep even `__proto__` a name like any other.
  const merged = new Map(Object.entries(overlay))
  for (const [name, value] of Object.entries(change)) {
    const below = merged.get(name)
    merged.set(name, isJsonObject(value) ? layOver(isJsonObject(below) ? below : {}, value) : value)
  }
  return Object.fromEntries(merged)
}

/** The overlay without a key or group of keys, and without groups that are empty then. */
export function withoutKey(overlay: JsonObject, dotted: string): JsonObject {
  const [name, ...rest] = dotted.split('.')
  const left = new Map(Object.entries(overlay))
  const below = left.get(name)
  const leftBelow = rest.length > 0 && isJsonObject(below) ? withoutKey(below, rest.join('.')) : {}
  if (rest.length > 0 && !isJsonObject(below)) return overlay
  if (Object.keys(leftBelow).length > 0) left.set(name, leftBelow)
  else left.delete(name)
  return Object.fromEntries(left)
}

/** `affect.min_confidence` and its value as a tree. */
export function treeOf(dotted: string, value: unknown): JsonObject {
  return dotted
    .split('.')
    .reduceRight<unknown>((below, name) => Object.fromEntries([[name, below]]), value) as JsonObject
}

/** Leaves by their dotted names, in the tree's order. Empty objects are no leaves. */
export function leavesOf(tree: JsonObject, prefix = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(tree).flatMap(([name, value]): readonly (readonly [string, unknown])[] =>
    isJsonObject(value) ? leavesOf(value, `${prefix}${name}.`) : [[prefix + name, value]],
  )
}

import { leavesOf } from './overlay-edit.js'
import { matchesGlob } from './glob.js'
import type { JsonObject } from '../../hostile-json.js'

/** One value that a key has on some devices. */
export interface ComparedValue {
  readonly key: string
  /** As JSON. */
  readonly value: string
  readonly ids: readonly string[]
}

/**
 * Each key with each of its values, the commonest first; a key that a device doesn't have is `absent` there.
 *
 * @param configs  effective configuration by device id
 * @param patterns keys wanted; none: all
 */
export function compareConfigs(
  configs: ReadonlyMap<string, JsonObject>,
  patterns: readonly string[],
): readonly ComparedValue[] {
  const byDevice = [...configs].map(([id, tree]) => [id, wantedLeaves(tree, patterns)] as const)
  const keys = new Set(byDevice.flatMap(([, leaves]) => [...leaves.keys()]))
  return [...keys].flatMap((key) => {
    const idsOf = new Map<string, string[]>()
    for (const [id, leaves] of byDevice) {
      const value = leaves.has(key) ? JSON.stringify(leaves.get(key)) : 'absent'
      idsOf.set(value, [...(idsOf.get(value) ?? []), id])
    }
    return [...idsOf].map(([value, ids]) => ({ key, value, ids })).sort((a, b) => b.ids.length - a.ids.length)
  })
}

/** @returns the wanted keys by their dotted names */
export function wantedLeaves(tree: JsonObject, patterns: readonly string[]): ReadonlyMap<string, unknown> {
  return new Map(
    leavesOf(tree).filter(
      ([key]) => patterns.length === 0 || patterns.some((pattern) => matchesGlob(key, pattern)),
    ),
  )
}

import { isJsonObject } from '../../hostile-json.js'
import type { Patch } from './desired.js'

/**
 * The group's patch with the device's laid over it, nulls gone: `null` returns a key to its local value. Keys keep to
 * own properties without a prototype, so that no name of a stranger's choosing means more than itself.
 *
 * @see RFC 7396
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch
  const merged = new Map<string, unknown>(isJsonObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}

/** What both patches together set. */
export function mergedOverlay(group: Patch | undefined, device: Patch | undefined): Patch {
  return mergePatch(mergePatch({}, group ?? {}), device ?? {}) as Patch
}

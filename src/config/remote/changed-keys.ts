import { isDeepStrictEqual } from 'node:util'
import { CONFIG_KEYS, valueAt, type Config } from '../config.js'

/** Keys whose values differ. */
export function changedKeys(before: Config, after: Config): readonly string[] {
  return [...CONFIG_KEYS.keys()].filter(
    (key) => !isDeepStrictEqual(valueAt(before, key), valueAt(after, key)),
  )
}

/** What must happen for a change to take effect. */
export function effectOf(changed: readonly string[]): 'none' | 'hot' | 'restart' {
  if (changed.length === 0) return 'none'
  return changed.some((key) => CONFIG_KEYS.get(key)?.restart === true) ? 'restart' : 'hot'
}

import { keysOf, type ConfigOf, type KeySpec } from './key-spec.js'
import { CONFIG_SCHEMA } from './schema.js'

/** The effective configuration. Frozen, all keys present. */
export type Config = ConfigOf<typeof CONFIG_SCHEMA>

/** Every key by its dotted name. */
export const CONFIG_KEYS: ReadonlyMap<string, KeySpec> = keysOf(CONFIG_SCHEMA)

/** The value at a dotted key. */
export function valueAt(config: Config, key: string): unknown {
  return key.split('.').reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], config)
}

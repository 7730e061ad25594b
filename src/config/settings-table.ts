import { CONFIG_KEYS, valueAt } from './config.js'
import type { LoadedConfig } from './load-config.js'
import { masked } from './mask.js'
import type { Origin } from './origin.js'

/** One key of the effective configuration, fit to be shown. */
export interface ShownSetting {
  readonly key: string
  /** Masked where secret. */
  readonly value: unknown
  readonly origin: Origin
}

export function shownSettings({ config, origins }: LoadedConfig): readonly ShownSetting[] {
  return [...CONFIG_KEYS].map(([key, spec]) => ({
    key,
    value: masked(valueAt(config, key), spec),
    origin: origins.get(key) as Origin,
  }))
}

/** The effective configuration as a tree of its own, fit to be shown. */
export function shownTree(loaded: LoadedConfig): Readonly<Record<string, unknown>> {
  const tree: Record<string, unknown> = {}
  for (const { key, value } of shownSettings(loaded)) {
    const path = key.split('.')
    const name = path.pop() as string
    let node = tree
    for (const group of path) node = (node[group] ??= {}) as Record<string, unknown>
    node[name] = value
  }
  return tree
}

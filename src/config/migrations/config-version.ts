import { ConfigError } from '../../errors.js'
import { isJsonObject } from '../../hostile-json.js'
import type { Origin } from '../origin.js'
import { migrate, type Migration } from './migration.js'

/** Stands beside the groups of keys, at the top of a file or a patch. */
export const VERSION_KEY = 'config_version'

/**
 * What changed from version 1 on, one entry a version. No name is ever used again for something else: a file without a
 * version counts as one of version 1, whenever it was written.
 */
const MIGRATIONS: readonly Migration[] = [
  // 1 → 2: files may say their version. No key was renamed or removed before that.
  { renamed: {}, removed: {} },
]

/** Of the names that this build knows. */
export const CONFIG_VERSION = MIGRATIONS.length + 1

/** A tree of settings that was written for an older version, and what was changed in it. */
export interface Outdated {
  readonly origin: Origin
  readonly version: number
  readonly changes: readonly string[]
}

export interface CurrentTree {
  /** Without its version. */
  readonly tree: unknown
  readonly outdated: Outdated
}

/**
 * A tree of settings in the names that this build knows.
 *
 * @param tree       from outside: any JSON value; what is no object is left to whoever reads the settings
 * @param migrations a test's own
 * @throws {ConfigError} CONFIG_TOO_NEW; CONFIG_INVALID_VALUE if its version is none
 */
export function currentTree(
  tree: unknown,
  origin: Origin,
  migrations: readonly Migration[] = MIGRATIONS,
): CurrentTree {
  const newest = migrations.length + 1
  if (!isJsonObject(tree)) return { tree, outdated: { origin, version: newest, changes: [] } }
  const version = versionOf(tree[VERSION_KEY], Object.hasOwn(tree, VERSION_KEY), origin)
  if (version > newest) {
    throw new ConfigError(
      'CONFIG_TOO_NEW',
      `${origin.name} is written for version ${version} of the configuration, this affectd knows up to ${newest}: install a newer affectd, or take the configuration from before`,
    )
  }
  let now = Object.fromEntries(Object.entries(tree).filter(([name]) => name !== VERSION_KEY)) as object
  const changes: string[] = []
  for (const migration of migrations.slice(version - 1)) {
    const migrated = migrate(now as Readonly<Record<string, unknown>>, migration)
    now = migrated.tree
    changes.push(...migrated.changes)
  }
  return { tree: now, outdated: { origin, version, changes } }
}

function versionOf(value: unknown, isGiven: boolean, origin: Origin): number {
  if (!isGiven) return 1
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number
  throw new ConfigError(
    'CONFIG_INVALID_VALUE',
    `${VERSION_KEY} (from ${origin.name}) is no version; allowed: a whole number from 1 to ${CONFIG_VERSION}`,
  )
}

/** What a person is to know of it and can do about it; undefined where nothing had to be changed. */
export function outdatedText({ origin, version, changes }: Outdated): string | undefined {
  if (changes.length === 0) return undefined
  const how =
    origin.kind === 'remote'
      ? `send it anew with those names and "${VERSION_KEY}": ${CONFIG_VERSION} in the patch`
      : `to have it so for good: affectd config migrate ${origin.name} --in-place`
  return `${origin.name} is of version ${version} of the configuration and was read as version ${CONFIG_VERSION}: ${changes.join('; ')}; ${how}`
}

import { homedir, hostname } from 'node:os'
import { CONFIG_KEYS, type Config } from './config.js'
import { checkConflicts } from './conflicts.js'
import { createConfigStore } from './convict-store.js'
import { PACKAGED_CONFIG_FILE } from './defaults.js'
import type { Machine } from './key-spec.js'
import { environmentLayer, fileLayer, setLayer, type FileLayer, type Setting } from './layers.js'
import type { Outdated } from './migrations/config-version.js'
import { DEFAULT_ORIGIN, type Origin } from './origin.js'
import { CONFIG_SCHEMA } from './schema.js'

export interface ConfigSources {
  /** --config */
  readonly file?: string | undefined
  /** Each `key=value`, the last of a key wins. */
  readonly set?: readonly string[] | undefined
  readonly env: NodeJS.ProcessEnv
  /** The applied remote revision as settings already checked; absent where there is none. */
  readonly remote?: readonly Setting[]
  /** Default: the package's config/default.json. */
  readonly packagedFile?: string
  /** What the files said when they were read; absent: they are read now. */
  readonly files?: readonly FileLayer[]
  /** Default: this one. */
  readonly machine?: Machine
}

export interface LoadedConfig {
  readonly config: Config
  /** Sources in which keys had older names. */
  readonly outdated: readonly Outdated[]
  /** One entry for every key. */
  readonly origins: ReadonlyMap<string, Origin>
}

/**
 * Lays the sources over each other, each checked whole: a wrong value is refused even where a later source would
 * have covered it.
 *
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_BAD_JSON, CONFIG_TOO_NEW, CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE,
 *                       CONFIG_CONFLICT
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const files = sources.files ?? fileLayers(sources)
  const settings = [
    ...files.flatMap((file) => file.settings),
    ...(sources.remote ?? []),
    ...environmentLayer(CONFIG_KEYS, sources.env),
    ...setLayer(CONFIG_KEYS, sources.set ?? []),
  ]
  const store = createConfigStore(CONFIG_SCHEMA, sources.machine ?? thisMachine(sources.env))
  const origins = new Map<string, Origin>([...CONFIG_KEYS.keys()].map((key) => [key, DEFAULT_ORIGIN]))
  for (const { key, value, origin } of settings) {
    store.set(key, value)
    origins.set(key, origin)
  }
  const config = deepFreeze(store.validated() as Config)
  checkConflicts(config, origins)
  const outdated = files.flatMap((file) => (file.outdated.changes.length > 0 ? [file.outdated] : []))
  return { config, origins, outdated }
}

/**
 * The sources with their files as they are now, for as long as this is used: one that is edited meanwhile counts only once
 * somebody asks for it.
 *
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_BAD_JSON, CONFIG_TOO_NEW, CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE
 */
export function withFilesRead(sources: ConfigSources): ConfigSources {
  return { ...sources, files: fileLayers(sources) }
}

function fileLayers({ packagedFile, file }: ConfigSources): readonly FileLayer[] {
  return [
    fileLayer(CONFIG_KEYS, packagedFile ?? PACKAGED_CONFIG_FILE, 'packaged'),
    ...(file === undefined ? [] : [fileLayer(CONFIG_KEYS, file, 'file')]),
  ]
}

function thisMachine(env: NodeJS.ProcessEnv): Machine {
  return { hostname: hostname(), homeDir: homedir(), isRoot: process.getuid?.() === 0, env }
}

function deepFreeze<T extends object>(value: T): T {
  for (const below of Object.values(value) as unknown[]) {
    if (typeof below === 'object' && below !== null) deepFreeze(below)
  }
  return Object.freeze(value)
}

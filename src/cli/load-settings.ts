import { loadConfig, type ConfigSources, type LoadedConfig } from '../config/load-config.js'
import type { CommandIo } from './io.js'

/** Options of every command that reads the configuration. */
export const SETTING_OPTIONS = {
  config: { type: 'string' },
  set: { type: 'string', multiple: true },
} as const

export const SETTINGS_HELP = `Options:
  --config FILE     JSON file; see affectd config schema
  --set key=value   one key, over everything else; may be repeated
Every key can also be set in the environment: mqtt.url by AFFECTD_MQTT_URL. Later wins: defaults, the package's
config/default.json, --config, in the agent and in config show what was taken from config/desired, environment, --set.
`

/**
 * Every source of configuration but the remote one.
 *
 * @param values as `parseOptions` gave them
 * @param extra  `key=value` pairs of the command's own options, over everything else
 */
export function settingSources(
  values: { readonly config?: string | undefined; readonly set?: readonly string[] | undefined },
  io: Pick<CommandIo, 'env'>,
  extra: readonly string[] = [],
): ConfigSources {
  return { file: values.config, set: [...(values.set ?? []), ...extra], env: io.env }
}

/**
 * The configuration of `settingSources`.
 *
 * @throws {ConfigError} as `loadConfig`
 */
export function loadSettings(...from: Parameters<typeof settingSources>): LoadedConfig {
  return loadConfig(settingSources(...from))
}

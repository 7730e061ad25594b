import { Readable } from 'node:stream'
import { createAudioSource } from '../capture/create-source.js'
import { CONFIG_SCHEMA } from '../config/schema.js'
import { configJsonSchema } from '../config/json-schema.js'
import type { LoadedConfig } from '../config/load-config.js'
import { shownSettings } from '../config/settings-table.js'
import { UsageError } from '../errors.js'
import { systemClock } from '../ops/clock.js'
import { createLogger } from '../ops/logger.js'
import { brokerOptions } from './broker-options.js'
import { verificationKey, withRemote } from './agent-session.js'
import { checkSettings } from './check-settings.js'
import { loadJudge } from './judge.js'
import { loadSettings, SETTING_OPTIONS, settingSources, SETTINGS_HELP } from './load-settings.js'
import type { CommandIo } from './io.js'
import { modelKey } from './open-delivery.js'
import { parseOptions } from './parse-options.js'
import { textTable } from './text-table.js'

export const CONFIG_HELP = `Usage: affectd config check [--config FILE] [--set key=value]…
       affectd config show [--config FILE] [--set key=value]… [--json]
       affectd config schema

check    OK, or the one line with which run would refuse to start, and its exit status
show     the effective configuration and where each value came from, also from afar; secrets masked
schema   JSON Schema (draft 2020-12) of a configuration file

${SETTINGS_HELP}`

/**
 * `affectd config …`
 *
 * @throws {UsageError} USAGE_UNKNOWN_COMMAND, USAGE_ARGUMENTS
 * @throws {ConfigError} as `loadConfig`, `checkSettings` and `brokerOptions`
 * @throws {ModelError} as `loadJudge`
 * @throws {CaptureError} CAPTURE_NO_PORTAUDIO
 */
export async function configCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseOptions('config', args, {
    ...SETTING_OPTIONS,
    json: { type: 'boolean' },
  })
  if (values.help === true) {
    io.out(CONFIG_HELP)
    return 0
  }
  const [verb, ...rest] = positionals
  if (verb !== 'check' && verb !== 'show' && verb !== 'schema') {
    const given = verb === undefined ? 'nothing' : `'${verb}'`
    throw new UsageError(
      'USAGE_UNKNOWN_COMMAND',
      `affectd config takes check, show or schema, not ${given}; see --help`,
    )
  }
  if (rest.length > 0) {
    throw new UsageError('USAGE_ARGUMENTS', `affectd config ${verb} takes no '${rest[0]}'; see --help`)
  }
  if (verb === 'schema') {
    io.out(`${JSON.stringify(configJsonSchema(CONFIG_SCHEMA), null, 2)}\n`)
    return 0
  }
  const loaded = loadSettings(values, io)
  if (verb === 'check') {
    await checkAsRun(loaded)
    io.out('OK\n')
    return 0
  }
  // What a running agent has been given from afar counts too.
  const settings = shownSettings(withRemote(settingSources(values, io)) ?? loaded)
  if (values.json === true) {
    const keys = settings.map(({ key, value, origin }) => [
      key,
      { value, origin: origin.name, source: origin.kind },
    ])
    io.out(`${JSON.stringify(Object.fromEntries(keys), null, 2)}\n`)
  } else {
    const rows = settings.map(({ key, value, origin }) => [key, JSON.stringify(value), origin.name])
    io.out(textTable(['key', 'value', 'from'], rows))
  }
  return Promise.resolve(0)
}

/** Makes of the configuration what `run` makes of it before it opens anything: OK has to mean that run starts. */
async function checkAsRun(loaded: LoadedConfig): Promise<void> {
  const { source } = checkSettings(loaded)
  // Touching the process's own stdin would open it.
  createAudioSource(source, {
    stdin: () => Readable.from([]),
    clock: systemClock,
    log: createLogger({ level: 'silent', format: 'json' }),
  })
  brokerOptions(loaded.config)
  verificationKey(loaded.config.device)
  modelKey(loaded.config)
  await loadJudge(loaded.config)
}

import { CONFIG_SCHEMA } from '../config/schema.js'
import { configJsonSchema } from '../config/json-schema.js'
import { CONFIG_VERSION, outdatedText } from '../config/migrations/config-version.js'
import { shownSettings } from '../config/settings-table.js'
import { UsageError } from '../errors.js'
import { withRemote } from './agent-session.js'
import { checkAsRun } from './check-as-run.js'
import { loadSettings, SETTING_OPTIONS, settingSources, SETTINGS_HELP } from './load-settings.js'
import type { CommandIo } from './io.js'
import { migratedFile, replaceKeeping } from './migrate-config.js'
import { parseOptions } from './parse-options.js'
import { textTable } from './text-table.js'

export const CONFIG_HELP = `Usage: affectd config check [--config FILE] [--set key=value]…
       affectd config show [--config FILE] [--set key=value]… [--json]
       affectd config schema
       affectd config migrate FILE [--in-place]

check    OK, or the one line with which run would refuse to start, and its exit status
show     the effective configuration and where each value came from, also from afar; secrets masked
schema   JSON Schema (draft 2020-12) of a configuration file
migrate  a file written for an older version, in the names of this one: printed, or with --in-place put in its place, the
         old one kept as FILE.bak

${SETTINGS_HELP}`

/**
 * `affectd config …`
 *
 * @throws {UsageError} USAGE_UNKNOWN_COMMAND, USAGE_ARGUMENTS
 * @throws {ConfigError} as `loadConfig` and `checkAsRun`
 * @throws {ModelError} as `loadJudge`
 * @throws {CaptureError} CAPTURE_NO_PORTAUDIO
 */
export async function configCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseOptions('config', args, {
    ...SETTING_OPTIONS,
    json: { type: 'boolean' },
    'in-place': { type: 'boolean' },
  })
  if (values.help === true) {
    io.out(CONFIG_HELP)
    return 0
  }
  const [verb, ...rest] = positionals
  if (verb === 'migrate') return migrateCommand(rest, values['in-place'] === true, io)
  if (verb !== 'check' && verb !== 'show' && verb !== 'schema') {
    const given = verb === undefined ? 'nothing' : `'${verb}'`
    throw new UsageError(
      'USAGE_UNKNOWN_COMMAND',
      `affectd config takes check, show, schema or migrate, not ${given}; see --help`,
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
  for (const one of loaded.outdated) io.err(`affectd: CONFIG_MIGRATED: ${outdatedText(one) ?? ''}\n`)
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

function migrateCommand(files: readonly string[], isInPlace: boolean, io: CommandIo): number {
  const [file, ...more] = files
  if (file === undefined || more.length > 0) {
    throw new UsageError('USAGE_ARGUMENTS', 'affectd config migrate takes one file; see --help')
  }
  const { text, outdated } = migratedFile(file)
  for (const change of outdated.changes) io.err(`${change}\n`)
  if (!isInPlace) io.out(text)
  else if (outdated.version === CONFIG_VERSION) io.err(`${file} is of version ${CONFIG_VERSION} already\n`)
  else io.err(`${file} is of version ${CONFIG_VERSION} now; as it was: ${replaceKeeping(file, text)}\n`)
  return 0
}

import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { loadConfig, type ConfigSources, type LoadedConfig } from '../../config/load-config.js'
import { DEFAULT_MODEL_DIR } from '../../config/defaults.js'
import { AffectdError, UsageError } from '../../errors.js'
import { configCommand } from '../config.js'
import { devicesCommand } from '../devices.js'
import type { CommandIo } from '../io.js'
import { SETTING_OPTIONS, settingSources, SETTINGS_HELP } from '../load-settings.js'
import { modelCommand } from '../model.js'
import { parseOptions, refusePositionals } from '../parse-options.js'
import { brokerSection } from './broker-section.js'
import { knownSecrets } from './known-secrets.js'
import { machineSections } from './machine-sections.js'
import { createMasker } from './mask-secrets.js'
import { gathered, type Section } from './section.js'
import { serviceSections } from './service-sections.js'
import { stateSection } from './state-section.js'

export const SUPPORT_DUMP_HELP = `Usage: affectd support-dump [--config FILE] [--out FILE]

Writes one text file for whoever is to help: versions, configuration, model, capture devices, names and sizes of what is
kept, memory, disk and temperature, the service and its last log lines, and whether the broker can be reached. Read it
before you send it. Passwords, keys and tokens are masked; no audio, no voice baseline and no event is in it.

${SETTINGS_HELP}  --out FILE        default: affectd-support-TIME.txt in this folder; - is standard output. A file that is
                    there already is never overwritten
`

const HEAD = `affectd support dump
Please read it before you send it. Secrets are masked (***). No audio and nothing that was heard is in it.
`

/**
 * `affectd support-dump …`
 *
 * @throws {UsageError} USAGE_ARGUMENTS; USAGE_OUTPUT if the file is there already or cannot be written
 */
export async function supportDumpCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseOptions('support-dump', args, {
    ...SETTING_OPTIONS,
    out: { type: 'string' },
  })
  if (values.help === true) {
    io.out(SUPPORT_DUMP_HELP)
    return 0
  }
  refusePositionals('support-dump', positionals)
  const sources = settingSources(values, io)
  if (values.out === '-') {
    io.out(await supportDump(sources))
    return 0
  }
  const path = values.out ?? `affectd-support-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}.txt`
  // At once: whoever names a file that is there should not wait to be told.
  const file = asUsage(path, () => openSync(path, 'wx', 0o600))
  try {
    const text = await supportDump(sources)
    asUsage(path, () => void writeSync(file, text))
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  io.err(`${path} is written. Read it before you send it.\n`)
  return 0
}

async function supportDump(sources: ConfigSources): Promise<string> {
  const mask = createMasker(knownSecrets(sources))
  const { loaded, problem } = load(sources)
  const sections = await Promise.all(
    sectionsOf(sources, loaded, problem).map((section) => gathered(section, mask)),
  )
  return [HEAD, ...sections].join('\n')
}

/** A configuration that cannot be loaded is what the dump may be about: the rest is told from the defaults. */
function load(sources: ConfigSources): { readonly loaded: LoadedConfig; readonly problem: string | null } {
  try {
    return { loaded: loadConfig(sources), problem: null }
  } catch (error) {
    if (!(error instanceof AffectdError)) throw error
    return { loaded: loadConfig({ env: {} }), problem: `${error.code}: ${error.message}` }
  }
}

function sectionsOf(
  sources: ConfigSources,
  { config }: LoadedConfig,
  problem: string | null,
): readonly Section[] {
  const { env } = sources
  const given = settingArgs(sources)
  const stateDir =
    problem === null ? config.device.state_dir : (stateDirOf(sources) ?? config.device.state_dir)
  const modelDir = problem === null ? config.classify.model : DEFAULT_MODEL_DIR
  return [
    ...machineSections(stateDir),
    {
      title: 'configuration, and where each value came from',
      gather: () => problem ?? outputOf((io) => configCommand(['show', ...given], io), env),
    },
    {
      title: `model ${modelDir}`,
      gather: () => outputOf((io) => modelCommand(['verify', modelDir], io), env),
    },
    {
      title: 'capture devices',
      gather: () =>
        outputOf((io) => devicesCommand(problem === null ? given : [], io), problem === null ? env : {}),
    },
    stateSection(stateDir),
    ...(problem === null ? [brokerSection(config)] : []),
    ...serviceSections(env),
  ]
}

/** What a command prints, or why it refuses. */
async function outputOf(
  command: (io: CommandIo) => Promise<number>,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  let text = ''
  const add = (more: string): void => void (text += more)
  try {
    await command({ out: add, err: add, isTty: false, env })
  } catch (error) {
    if (!(error instanceof AffectdError)) throw error
    add(`${error.code}: ${error.message}\n`)
  }
  return text
}

function settingArgs({ file, set = [] }: ConfigSources): readonly string[] {
  return [...(file === undefined ? [] : ['--config', file]), ...set.flatMap((pair) => ['--set', pair])]
}

/** Where the state would be if the rest of the configuration could be loaded. */
function stateDirOf({ set = [], env }: ConfigSources): string | undefined {
  const pair = set.findLast((one) => one.startsWith('device.state_dir='))
  return pair?.slice('device.state_dir='.length) ?? env['AFFECTD_DEVICE_STATE_DIR'] ?? env['STATE_DIRECTORY']
}

function asUsage<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    const why = code === 'EEXIST' ? 'is there already' : `cannot be written (${code})`
    throw new UsageError('USAGE_OUTPUT', `${path} ${why}; name another file with --out`, { cause })
  }
}

import { loadConfig, type ConfigSources, type LoadedConfig } from '../config/load-config.js'
import { AffectdError, InputError } from '../errors.js'
import { systemClock } from '../ops/clock.js'
import { emptyCoreDumps } from '../ops/core-dumps.js'
import { createLogger, type LevelledLogger } from '../ops/logger.js'
import { createServiceNotifier, type ServiceNotifier } from '../ops/service/service-notifier.js'
import { openSession, type AgentSession } from './agent-session.js'
import { buildAgent } from './build-agent.js'
import type { CommandIo } from './io.js'
import { SETTING_OPTIONS, settingSources, SETTINGS_HELP } from './load-settings.js'
import { parseOptions, refusePositionals } from './parse-options.js'
import { muteBySignal } from './mute-signal.js'
import { createReloadSignal, type ReloadSignal } from './reload-signal.js'
import { createStopSignal } from './stop-signal.js'

export const RUN_HELP = `Usage: affectd run [--source SPEC] [--config FILE] [--set key=value]…

Listens, judges and publishes until SIGINT or SIGTERM, or until a file or stdin ends; then everything is delivered
first. Waits for the broker for as long as it is away. SIGHUP has it read its configuration anew: one that is wrong
changes nothing. As a service of systemd it says when it is ready, how it is, and that it gets on.

SPEC: auto · portaudio[:NAME] · arecord[:PCM] · file:PATH[?pace=realtime|fast&loop=1] · stdin (s16le, 16 kHz, mono)

${SETTINGS_HELP}  --source SPEC     the same as --set capture.source=SPEC
`

/**
 * `affectd run …`
 *
 * @param stop ends it; SIGINT and SIGTERM unless a test says otherwise
 * @throws {ConfigError} {ModelError} before anything is opened
 * @throws {InputError} when a file or stdin is not what it should be
 */
export async function runCommand(
  args: readonly string[],
  io: CommandIo,
  stop?: AbortSignal,
): Promise<number> {
  const { values, positionals } = parseOptions('run', args, {
    ...SETTING_OPTIONS,
    source: { type: 'string' },
  })
  if (values.help === true) {
    io.out(RUN_HELP)
    return 0
  }
  refusePositionals('run', positionals)
  emptyCoreDumps()
  const source = values.source === undefined ? [] : [`capture.source=${values.source}`]
  const sources = settingSources(values, io, source)
  const loaded = loadConfig(sources)
  const { level, format } = loaded.config.log
  const log = createLogger({ level, format, stream: { write: io.err, isTTY: io.errIsTty } })
  // On a terminal it means that the terminal is gone; elsewhere it must not end us while nobody listens for it.
  if (!io.errIsTty) process.on('SIGHUP', ignore)
  const service = createServiceNotifier(io.env, { clock: systemClock, log })
  const signals = stop === undefined ? createStopSignal() : { signal: stop, release: () => undefined }
  signals.signal.addEventListener('abort', () => service.stopping(), { once: true })
  try {
    await runSessions({ sources, loaded }, { service, log, stop: signals.signal, reloads: !io.errIsTty })
  } catch (error) {
    if (error instanceof AffectdError) service.say(`${error.code}: ${error.message}`)
    throw error
  } finally {
    signals.release()
    process.off('SIGHUP', ignore)
    service.close()
  }
  return 0
}

const ignore = (): void => undefined

const NO_RELOAD: ReloadSignal = {
  signal: new AbortController().signal,
  loaded: undefined,
  release: ignore,
}

interface RunDeps {
  readonly service: ServiceNotifier
  readonly log: LevelledLogger
  readonly stop: AbortSignal
  /** SIGHUP has the configuration read anew. */
  readonly reloads: boolean
}

/** One session after another: a new one for each local configuration that is read anew. */
async function runSessions(
  local: { readonly sources: ConfigSources; readonly loaded: LoadedConfig },
  deps: RunDeps,
): Promise<void> {
  let { loaded } = local
  for (;;) {
    const reload = deps.reloads ? createReloadSignal(local.sources, deps) : NO_RELOAD
    const session = await openSession(
      { sources: local.sources, loaded },
      { log: deps.log, stdin: () => process.stdin },
    )
    const { listening } = session
    const forgetMute = muteBySignal(() => listening.hold('mute_signal', !listening.isHeldBy('mute_signal')))
    try {
      await runAgents(session, loaded, { ...deps, stop: AbortSignal.any([deps.stop, reload.signal]) })
    } finally {
      reload.release()
      forgetMute()
      await session.close()
    }
    if (deps.stop.aborted || reload.loaded === undefined) return
    loaded = reload.loaded
  }
}

/** One agent after another, until one ends for good. */
async function runAgents(
  session: AgentSession,
  local: LoadedConfig,
  { service, stop }: RunDeps,
): Promise<void> {
  const { remote, log } = session
  for (;;) {
    const loaded = remote?.loaded ?? local
    log.setLevel(loaded.config.log.level)
    try {
      const agent = await buildAgent(loaded, session)
      service.ready(() => agent.vitals())
      if ((await agent.run(stop)) === 'ended') break
    } catch (error) {
      // A recording that cannot be read is no configuration's fault.
      if (error instanceof InputError || remote?.failed(error) !== true) throw error
      log.error({ err: error }, 'the agent fails with its remote configuration')
    }
  }
}

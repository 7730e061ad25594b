import { loadConfig, type LoadedConfig } from '../config/load-config.js'
import { outdatedText } from '../config/migrations/config-version.js'
import { ConfigError, InputError } from '../errors.js'
import { emptyCoreDumps } from '../ops/core-dumps.js'
import { createLogger } from '../ops/logger.js'
import { MemoryOutbox } from '../publish/memory-outbox.js'
import { createSession, openSession, type AgentSession } from './agent-session.js'
import { buildAgent, type BuiltAgent } from './build-agent.js'
import { buildRestingAgent } from './build-resting-agent.js'
import type { CommandIo } from './io.js'
import { SETTING_OPTIONS, settingSources, SETTINGS_HELP } from './load-settings.js'
import { parseOptions, refusePositionals } from './parse-options.js'
import { muteBySignal } from './mute-signal.js'
import { createStopSignal } from './stop-signal.js'
import { tellRefusal } from './tell-refusal.js'

export const RUN_HELP = `Usage: affectd run [--source SPEC] [--config FILE] [--set key=value]…

Listens, judges and publishes until SIGINT or SIGTERM, or until a file or stdin ends; then everything is delivered
first. Waits for the broker for as long as it is away.

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
  const deps = { log, stdin: () => process.stdin }
  const signals = stop === undefined ? createStopSignal() : { signal: stop, release: () => undefined }
  let session: AgentSession
  try {
    session = await openSession({ sources, loaded }, deps)
  } catch (error) {
    if (isOfNewer(error))
      await tellRefusal(error, loaded, createSession(deps, new MemoryOutbox()), signals.signal)
    signals.release()
    throw error
  }
  const { listening } = session
  const forgetMute = muteBySignal(() => listening.hold('mute_signal', !listening.isHeldBy('mute_signal')))
  const stopped = (): void => session.run?.ended()
  // The process ends with it: `main` sees to that.
  const crashed = (error: unknown): void => session.run?.failed(error)
  signals.signal.addEventListener('abort', stopped, { once: true })
  process.on('uncaughtExceptionMonitor', crashed)
  try {
    try {
      await runAgents(session, loaded, signals.signal)
    } finally {
      signals.release()
      forgetMute()
      await session.close()
    }
    session.run?.ended()
  } catch (error) {
    crashed(error)
    throw error
  } finally {
    signals.signal.removeEventListener('abort', stopped)
    process.off('uncaughtExceptionMonitor', crashed)
  }
  return 0
}

/** It was downgraded: whoever did that from afar should hear of it. Any other refusal may be for another that runs. */
function isOfNewer(error: unknown): boolean {
  return error instanceof ConfigError && (error.code === 'STATE_TOO_NEW' || error.code === 'CONFIG_TOO_NEW')
}

/** One agent after another, until one ends for good. */
async function runAgents(session: AgentSession, local: LoadedConfig, stop: AbortSignal): Promise<void> {
  const { remote, log } = session
  for (;;) {
    const loaded = remote?.loaded ?? local
    log.setLevel(loaded.config.log.level)
    for (const one of loaded.outdated) log.warn({ code: 'CONFIG_MIGRATED' }, outdatedText(one) ?? '')
    let agent: BuiltAgent | undefined
    try {
      const isResting = session.rest?.isOn === true
      agent = isResting ? buildRestingAgent(loaded, session) : await buildAgent(loaded, session)
      if ((await agent.run(stop)) === 'ended') break
    } catch (error) {
      // A recording that cannot be read is no configuration's fault.
      if (error instanceof InputError || remote?.failed(error) !== true) {
        // One that ran has said why it ends.
        if (agent === undefined) await tellRefusal(error, loaded, session, stop)
        throw error
      }
      log.error({ err: error }, 'the agent fails with its remote configuration')
    }
  }
}

import { loadConfig, type LoadedConfig } from '../config/load-config.js'
import { InputError } from '../errors.js'
import { shrinkBufferPool } from '../ops/buffer-pool.js'
import { emptyCoreDumps } from '../ops/core-dumps.js'
import { createLogger } from '../ops/logger.js'
import { openSession, type AgentSession } from './agent-session.js'
import { buildAgent } from './build-agent.js'
import type { CommandIo } from './io.js'
import { SETTING_OPTIONS, settingSources, SETTINGS_HELP } from './load-settings.js'
import { parseOptions, refusePositionals } from './parse-options.js'
import { muteBySignal } from './mute-signal.js'
import { createStopSignal } from './stop-signal.js'

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
  shrinkBufferPool()
  const source = values.source === undefined ? [] : [`capture.source=${values.source}`]
  const sources = settingSources(values, io, source)
  const loaded = loadConfig(sources)
  const { level, format } = loaded.config.log
  const log = createLogger({ level, format, stream: { write: io.err, isTTY: io.errIsTty } })
  const session = await openSession({ sources, loaded }, { log, stdin: () => process.stdin })
  const signals = stop === undefined ? createStopSignal() : { signal: stop, release: () => undefined }
  const { listening } = session
  const forgetMute = muteBySignal(() => listening.hold('mute_signal', !listening.isHeldBy('mute_signal')))
  try {
    await runAgents(session, loaded, signals.signal)
  } finally {
    signals.release()
    forgetMute()
    await session.close()
  }
  return 0
}

/** One agent after another, until one ends for good. */
async function runAgents(session: AgentSession, local: LoadedConfig, stop: AbortSignal): Promise<void> {
  const { remote, log } = session
  for (;;) {
    const loaded = remote?.loaded ?? local
    log.setLevel(loaded.config.log.level)
    try {
      const agent = await buildAgent(loaded, session)
      if ((await agent.run(stop)) === 'ended') break
    } catch (error) {
      // A recording that cannot be read is no configuration's fault.
      if (error instanceof InputError || remote?.failed(error) !== true) throw error
      log.error({ err: error }, 'the agent fails with its remote configuration')
    }
  }
}

import { createLogger } from '../ops/logger.js'
import { buildAgent } from './build-agent.js'
import type { CommandIo } from './io.js'
import { loadSettings, SETTING_OPTIONS, SETTINGS_HELP } from './load-settings.js'
import { parseOptions, refusePositionals } from './parse-options.js'
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
  const loaded = loadSettings(
    values,
    io,
    values.source === undefined ? [] : [`capture.source=${values.source}`],
  )
  const { level, format } = loaded.config.log
  const log = createLogger({ level, format, stream: { write: io.err, isTTY: io.errIsTty } })
  const agent = await buildAgent(loaded, { log, stdin: () => process.stdin })
  if (stop !== undefined) {
    await agent.run(stop)
    return 0
  }
  const signals = createStopSignal()
  try {
    await agent.run(signals.signal)
  } finally {
    signals.release()
  }
  return 0
}

import { loadConfig, withFilesRead, type ConfigSources } from '../config/load-config.js'
import { AffectdError } from '../errors.js'
import { systemClock } from '../ops/clock.js'
import { shrinkBufferPool } from '../ops/buffer-pool.js'
import { emptyCoreDumps } from '../ops/core-dumps.js'
import { createLogger } from '../ops/logger.js'
import { createServiceNotifier, type ServiceNotifier } from '../ops/service/service-notifier.js'
import type { CommandIo } from './io.js'
import { SETTING_OPTIONS, settingSources, SETTINGS_HELP } from './load-settings.js'
import { parseOptions, refusePositionals } from './parse-options.js'
import { createReloadSignal, NO_RELOAD, type LocalConfig } from './reload-signal.js'
import { runSession } from './run-session.js'
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
  shrinkBufferPool()
  const source = values.source === undefined ? [] : [`capture.source=${values.source}`]
  const sources = settingSources(values, io, source)
  let local = await loadForService(sources, io)
  const { level, format } = local.loaded.config.log
  const log = createLogger({ level, format, stream: { write: io.err, isTTY: io.errIsTty } })
  // On a terminal it means that the terminal is gone; elsewhere it must not end us while nobody listens for it.
  const reloads = !io.errIsTty
  if (reloads) process.on('SIGHUP', ignore)
  const service = createServiceNotifier(io.env, { clock: systemClock, log })
  const signals = stop === undefined ? createStopSignal() : { signal: stop, release: () => undefined }
  signals.signal.addEventListener('abort', () => service.stopping(), { once: true })
  try {
    // A new session for each configuration that is read anew.
    for (;;) {
      const reload = reloads ? createReloadSignal(sources, { service, log }) : NO_RELOAD
      const end = AbortSignal.any([signals.signal, reload.signal])
      await runSession(local, { service, log, stop: end }).finally(reload.release)
      if (signals.signal.aborted || reload.local === undefined) break
      local = reload.local
    }
  } catch (error) {
    if (error instanceof AffectdError) sayWhy(service, error)
    throw error
  } finally {
    signals.release()
    process.off('SIGHUP', ignore)
    await service.close()
  }
  return 0
}

/** What is wrong with the settings is told in `systemctl status`, too. */
async function loadForService(given: ConfigSources, io: CommandIo): Promise<LocalConfig> {
  try {
    const sources = withFilesRead(given)
    return { sources, loaded: loadConfig(sources) }
  } catch (error) {
    if (error instanceof AffectdError) {
      const log = createLogger({
        level: 'info',
        format: 'auto',
        stream: { write: io.err, isTTY: io.errIsTty },
      })
      const service = createServiceNotifier(io.env, { clock: systemClock, log })
      sayWhy(service, error)
      await service.close()
    }
    throw error
  }
}

function sayWhy(service: ServiceNotifier, { code, message }: AffectdError): void {
  service.say(`${code}: ${message}`)
}

function ignore(): void {
  // Until a session listens for it.
}

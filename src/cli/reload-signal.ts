import { loadConfig, withFilesRead, type ConfigSources, type LoadedConfig } from '../config/load-config.js'
import { parseSourceSpec } from '../capture/source-spec.js'
import { AffectdError, ConfigError } from '../errors.js'
import { RESTART } from '../last-drain.js'
import type { Logger } from '../ops/logger.js'
import type { ServiceNotifier } from '../ops/service/service-notifier.js'
import { checkAsRun } from './check-as-run.js'

/** Sources whose files were read, and what they give. */
export interface LocalConfig {
  readonly sources: ConfigSources
  readonly loaded: LoadedConfig
}

/** The wish to read the configuration anew that SIGHUP carries. */
export interface ReloadSignal {
  /** Aborts once the configuration was read anew and is good. */
  readonly signal: AbortSignal
  /** What was read then. */
  readonly local: LocalConfig | undefined
  /** Stops listening, once what is being read is read: the last that was asked for counts. */
  release(): Promise<void>
}

/** Where nobody asks for it. */
export const NO_RELOAD: ReloadSignal = {
  signal: new AbortController().signal,
  local: undefined,
  release: () => Promise.resolve(),
}

/** Hears SIGHUP, until a configuration is good: one that is not is told, and nothing changes. */
export function createReloadSignal(
  sources: ConfigSources,
  { service, log }: { readonly service: ServiceNotifier; readonly log: Logger },
): ReloadSignal {
  const controller = new AbortController()
  let local: LocalConfig | undefined
  const readOnce = async (): Promise<void> => {
    try {
      const read = withFilesRead(sources)
      const loaded = loadConfig(read)
      await checkAsRun(loaded)
      if (parseSourceSpec(loaded.config.capture.source).kind === 'stdin') throw isStdin()
      local = { sources: read, loaded }
      log.info({}, 'the configuration is read anew')
      controller.abort(RESTART)
    } catch (err) {
      const fields =
        err instanceof AffectdError
          ? { code: err.code, reason: err.message }
          : { err, code: 'INTERNAL_UNEXPECTED' }
      log.error(fields, 'the configuration stays as it was')
      service.reloaded()
    }
  }
  let reading: Promise<void> | undefined
  let isAsked = false
  const readAll = async (): Promise<void> => {
    while (isAsked) {
      isAsked = false
      await readOnce()
    }
    reading = undefined
  }
  const reload = (): void => {
    service.reloading()
    // What changed while it is being read is read after that.
    isAsked = true
    reading ??= readAll()
  }
  process.on('SIGHUP', reload)
  return {
    signal: controller.signal,
    get local() {
      return local
    },
    async release() {
      await reading
      process.off('SIGHUP', reload)
    },
  }
}

function isStdin(): ConfigError {
  return new ConfigError(
    'CONFIG_RELOAD_STDIN',
    'what stdin gives cannot be taken up by another session: end affectd and start it anew',
  )
}

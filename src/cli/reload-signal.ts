import { loadConfig, type ConfigSources, type LoadedConfig } from '../config/load-config.js'
import { AffectdError } from '../errors.js'
import type { Logger } from '../ops/logger.js'
import type { ServiceNotifier } from '../ops/service/service-notifier.js'
import { checkAsRun } from './check-as-run.js'

/** The wish to read the configuration anew that SIGHUP carries. */
export interface ReloadSignal {
  /** Aborts once the configuration was read anew and is good. */
  readonly signal: AbortSignal
  /** What was read then. */
  readonly loaded: LoadedConfig | undefined
  /** Stops listening. */
  release(): void
}

/** Where nobody asks for it. */
export const NO_RELOAD: ReloadSignal = {
  signal: new AbortController().signal,
  loaded: undefined,
  release: () => undefined,
}

/** Hears SIGHUP, until a configuration is good: one that is not is told, and nothing changes. */
export function createReloadSignal(
  sources: ConfigSources,
  { service, log }: { readonly service: ServiceNotifier; readonly log: Logger },
): ReloadSignal {
  const controller = new AbortController()
  let loaded: LoadedConfig | undefined
  let isReading = false
  const read = async (): Promise<void> => {
    if (isReading) return
    isReading = true
    service.reloading()
    try {
      const next = loadConfig(sources)
      await checkAsRun(next)
      loaded = next
      log.info({}, 'the configuration is read anew')
      controller.abort()
    } catch (err) {
      const code = err instanceof AffectdError ? err.code : 'INTERNAL_UNEXPECTED'
      log.error({ err, code }, 'the configuration stays as it was')
      service.reloaded()
    } finally {
      isReading = false
    }
  }
  const reload = (): void => void read()
  process.on('SIGHUP', reload)
  return {
    signal: controller.signal,
    get loaded() {
      return loaded
    },
    release: () => process.off('SIGHUP', reload),
  }
}

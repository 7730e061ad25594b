import type { LoadedConfig } from '../config/load-config.js'
import { AffectdError } from '../errors.js'
import { featureParamsHash } from '../features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../features/feature-params.js'
import type { AgentSession } from './agent-session.js'
import { buildPublisher } from './build-publisher.js'
import { checkSettings } from './check-settings.js'
import { deviceInfo } from './device-info.js'

/** A broker that is there takes two messages within this, TLS included. */
const PATIENCE_MS = 5000

/**
 * Says over MQTT why no agent can be built, so that a device whose model is damaged is not simply gone: `status` is
 * degraded with the code in lower case, then offline with the same. Where the broker cannot be reached either, nothing.
 *
 * @param stop ends the attempt early
 */
export async function tellRefusal(
  error: unknown,
  loaded: LoadedConfig,
  session: AgentSession,
  stop: AbortSignal,
): Promise<void> {
  const enough = new AbortController()
  const end = (): void => enough.abort()
  const limit = session.clock.after(PATIENCE_MS, end)
  stop.addEventListener('abort', end, { once: true })
  try {
    const reason = (error instanceof AffectdError ? error.code : 'INTERNAL_UNEXPECTED').toLowerCase()
    const { topics } = checkSettings(loaded)
    const parts = { topics, isRestart: false, whenFull: 'drop_oldest' } as const
    const { publisher, status, tell, setEnding } = buildPublisher(loaded, session, parts)
    status.hears('degraded', reason)
    setEnding(reason)
    publisher.start()
    tell(
      deviceInfo(loaded.config, session, topics, {
        model: null,
        featureParamsHash: featureParamsHash(FEATURE_PARAMS),
        capabilities: [],
      }),
    )
    await publisher.drain(stop.aborted ? stop : enough.signal)
    await publisher.close()
  } catch (cause) {
    session.log.debug({ err: cause }, 'the broker is not told why')
  } finally {
    limit.clear()
    stop.removeEventListener('abort', end)
  }
}

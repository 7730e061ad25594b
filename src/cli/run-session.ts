import type { ConfigSources, LoadedConfig } from '../config/load-config.js'
import { outdatedText } from '../config/migrations/config-version.js'
import { ConfigError, InputError } from '../errors.js'
import type { LevelledLogger } from '../ops/logger.js'
import type { ServiceNotifier } from '../ops/service/service-notifier.js'
import { MemoryOutbox } from '../publish/memory-outbox.js'
import { createSession, openSession, type AgentSession } from './agent-session.js'
import { buildAgent, type BuiltAgent } from './build-agent.js'
import { buildRestingAgent } from './build-resting-agent.js'
import { muteBySignal } from './mute-signal.js'
import { tellRefusal } from './tell-refusal.js'

export interface RunSessionDeps {
  readonly service: ServiceNotifier
  readonly log: LevelledLogger
  /** Ends it. */
  readonly stop: AbortSignal
}

/**
 * One session, from opening its state folder to closing it, with a record of how it ended.
 *
 * @param local every source of configuration but the remote one, and what they give
 * @throws {ConfigError} {ModelError} {InputError} as `openSession`, `buildAgent` and `runAgent`
 */
export async function runSession(
  local: { readonly sources: ConfigSources; readonly loaded: LoadedConfig },
  deps: RunSessionDeps,
): Promise<void> {
  const session = await open(local, deps)
  const { listening } = session
  const forgetMute = muteBySignal(() => listening.hold('mute_signal', !listening.isHeldBy('mute_signal')))
  const stopped = (): void => session.run?.ended()
  // The process ends with it: `main` sees to that.
  const crashed = (error: unknown): void => session.run?.failed(error)
  deps.stop.addEventListener('abort', stopped, { once: true })
  process.on('uncaughtExceptionMonitor', crashed)
  try {
    try {
      await runAgents(session, local.loaded, deps)
    } finally {
      forgetMute()
      await session.close()
    }
    session.run?.ended()
  } catch (error) {
    crashed(error)
    throw error
  } finally {
    deps.stop.removeEventListener('abort', stopped)
    process.off('uncaughtExceptionMonitor', crashed)
  }
}

async function open(
  local: { readonly sources: ConfigSources; readonly loaded: LoadedConfig },
  { log, stop }: RunSessionDeps,
): Promise<AgentSession> {
  const deps = { log, stdin: () => process.stdin }
  try {
    return await openSession(local, deps)
  } catch (error) {
    if (isOfNewer(error)) {
      await tellRefusal(error, local.loaded, createSession(deps, new MemoryOutbox()), stop)
    }
    throw error
  }
}

/** It was downgraded: whoever did that from afar should hear of it. Any other refusal may be for another that runs. */
function isOfNewer(error: unknown): boolean {
  return error instanceof ConfigError && (error.code === 'STATE_TOO_NEW' || error.code === 'CONFIG_TOO_NEW')
}

/** One agent after another, until one ends for good. */
async function runAgents(
  session: AgentSession,
  local: LoadedConfig,
  { service, stop }: RunSessionDeps,
): Promise<void> {
  const { remote, delivery, log } = session
  for (;;) {
    const loaded = remote?.loaded ?? local
    log.setLevel(loaded.config.log.level)
    for (const one of loaded.outdated) log.warn({ code: 'CONFIG_MIGRATED' }, outdatedText(one) ?? '')
    let agent: BuiltAgent | undefined
    try {
      const isResting = session.rest?.isOn === true
      const built = isResting ? buildRestingAgent(loaded, session) : await buildAgent(loaded, session)
      agent = built
      service.ready(() => built.vitals())
      if ((await built.run(stop)) === 'ended') break
    } catch (error) {
      // A recording that cannot be read is no configuration's fault, and no model's.
      const isOurs = !(error instanceof InputError)
      if (isOurs && remote?.failed(error) === true) {
        log.error({ err: error }, 'the agent fails with its remote configuration')
      } else if (isOurs && delivery?.inForce.failed(error) === true) {
        log.error({ err: error }, 'the agent fails with a delivered model')
      } else {
        // One that ran has said why it ends.
        if (agent === undefined) await tellRefusal(error, loaded, session, stop)
        throw error
      }
    }
  }
}

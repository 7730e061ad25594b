import type { LoadedConfig } from '../config/load-config.js'
import { PublishError } from '../errors.js'
import { featureParamsHash } from '../features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../features/feature-params.js'
import { lastDrain, RESTART } from '../last-drain.js'
import { deviceVerbs } from '../publish/device-verbs.js'
import { alertMessage, listeningMessage } from '../publish/payloads.js'
import { lets } from '../publish/privacy-modes.js'
import { overEvent } from '../publish/raised-alerts.js'
import { untilAborted } from '../until.js'
import { AgentLap } from './agent-lap.js'
import type { AgentSession } from './agent-session.js'
import { agentVitals } from './agent-vitals.js'
import { answerRequests } from './answer-requests.js'
import { RESTART_AFTER_MS, type BuiltAgent } from './build-agent.js'
import { buildHealth } from './build-health.js'
import { buildPublisher } from './build-publisher.js'
import { checkSettings } from './check-settings.js'
import { connectRemote } from './connect-remote.js'
import { deviceInfo } from './device-info.js'
import { sessionControls } from './session-controls.js'

/**
 * An agent that reports and answers, and does nothing else: no model is loaded, no microphone opened, no baseline read.
 * It runs while the session rests from crashing, and ends for a whole one to take its place.
 *
 * @throws {ConfigError} as `checkSettings` and `brokerOptions`
 */
export function buildRestingAgent(loaded: LoadedConfig, session: AgentSession): BuiltAgent {
  const { config } = loaded
  const { log, clock, listening, remote, rest } = session
  const { topics } = checkSettings(loaded)
  const isRestart = session.builds++ > 0
  const parts = { topics, isRestart, whenFull: 'drop_oldest' } as const
  const { publisher, status, tell, setEnding } = buildPublisher(loaded, session, parts)
  status.hears('degraded', 'crash_loop')
  const lap = new AgentLap()
  const { restart } = lap
  const health = buildHealth(config.health.interval_s, {
    session,
    topics,
    tell,
    publisher,
    source: {},
    capture: { state: 'paused', drops: 0 },
    pipeline: () => ({ framesSeen: 0, framesSpeech: 0 }),
    voice: { speechMs: 0 },
  })
  const verbs = deviceVerbs({
    ...sessionControls(loaded, session),
    health: () => health.now(),
    forgetVoice() {
      throw new PublishError(
        'REQUEST_RESTING',
        'the agent rests, since it crashed again and again: send restart, then this again',
      )
    },
    restart: () => void clock.after(RESTART_AFTER_MS, () => rest?.end()),
  })
  answerRequests(publisher, verbs, { topics, config, log })
  const sayInfo = (): void =>
    tell(
      deviceInfo(config, session, topics, {
        model: null,
        featureParamsHash: featureParamsHash(FEATURE_PARAMS),
        capabilities: ['health', ...Object.keys(verbs).map((verb) => `request/${verb}`)],
      }),
    )
  const sayListening = (): void => tell(listeningMessage(topics, listening.state))
  if (remote !== undefined) {
    connectRemote(remote, {
      builtFrom: loaded,
      topics,
      publisher,
      tell,
      nowMs: () => clock.nowMs(),
      captureState: () => 'paused',
      reconfigure(next) {
        log.setLevel(next.log.level)
        health.reporter.every(next.health.interval_s * 1000)
        sayInfo()
      },
      restart,
    })
  }
  return {
    vitals: () =>
      agentVitals({
        isListening: false,
        framesJudged: 0,
        captureRestarts: 0,
        status: status.now,
        publisher: publisher.counts,
        modelId: null,
      }),
    run: (stop) =>
      lap.last(stop, async () => {
        const forgetListening = listening.onChange(() => {
          sayListening()
          if (!listening.isHeldBy('crash_loop')) restart()
        })
        publisher.start()
        sayInfo()
        sayListening()
        // Nobody hears how they go on.
        for (const alert of session.alerts.takeLeftovers()) {
          const over = overEvent(alert, session.nextStamp(), clock.nowMs())
          if (lets(config.privacy.mode, 'alert')) tell(alertMessage(topics, over))
        }
        health.reporter.start()
        try {
          await untilAborted(new Promise<void>(() => undefined), lap.signal)
          await lastDrain({ publisher, clock, log }, false, lap.signal)
          if (lap.signal.reason === RESTART) setEnding(RESTART)
        } finally {
          health.reporter.stop()
          forgetListening()
          remote?.detach()
          await publisher.close()
        }
      }),
  }
}

import { AlertBoard } from '../affect/alerts/alert-board.js'
import { runAgent, type AgentOptions, type CaptureCounts } from '../agent.js'
import { Announcer } from '../announcer.js'
import { createAudioSource } from '../capture/create-source.js'
import type { LoadedConfig } from '../config/load-config.js'
import type { Vitals } from '../ops/service/service-notifier.js'
import { deviceVerbs } from '../publish/device-verbs.js'
import { alertMessage, listeningMessage, removal } from '../publish/payloads.js'
import type { Message } from '../publish/publisher.js'
import { overEvent } from '../publish/raised-alerts.js'
import { DISCLOSURES, lets } from '../publish/privacy-modes.js'
import { AgentLap } from './agent-lap.js'
import type { AgentSession } from './agent-session.js'
import { agentVitals } from './agent-vitals.js'
import { answerRequests } from './answer-requests.js'
import { connectDelivery, eventDevice, modelInfo, watched } from './connect-delivery.js'
import { connectRemote } from './connect-remote.js'
import { buildFatigue } from './build-fatigue.js'
import { buildHomeAssistant } from './build-home-assistant.js'
import { buildHealth } from './build-health.js'
import { buildPublisher } from './build-publisher.js'
import { buildSchedule } from './build-schedule.js'
import { checkedRules } from './checked-rules.js'
import { checkSettings } from './check-settings.js'
import { deviceInfo } from './device-info.js'
import { sessionControls } from './session-controls.js'
import { affectParamsOf, captureParamsOf } from './stage-params.js'
import { createBaselineKeeper, loadJudge } from './judge.js'

/** An agent that is ready to run, once. */
export interface BuiltAgent {
  /**
   * @returns whether it ended for another agent to take its place, built from what `session.remote` says then
   * @throws as `runAgent`
   */
  run(stop: AbortSignal): Promise<'ended' | 'restart'>
  /** How it gets on, for the service manager. */
  vitals(): Vitals
}

/** Time for the response to a request to restart. */
export const RESTART_AFTER_MS = 500

/**
 * Builds every part of the agent from the configuration. Nothing is opened yet but the model and the kept baseline.
 *
 * @throws {ConfigError} as `checkSettings`, `brokerOptions` and `loadJudge`
 * @throws {ModelError} as `loadJudge`
 */
export async function buildAgent(loaded: LoadedConfig, session: AgentSession): Promise<BuiltAgent> {
  const { config } = loaded
  const { log, clock, listening, remote, delivery } = session
  // Of a process that has run, what is missing now is waited for: a secret may be on its way.
  const isRestart = session.builds++ > 0
  const { source: spec, topics } = checkSettings(loaded)
  const nowMs = (): number => clock.nowMs()
  const judge = await loadJudge(config, delivery?.inForce.model)
  const { mode } = config.privacy
  const checked = checkedRules(loaded, judge.classifier.labels)
  const rules = lets(mode, 'alert') ? checked : []
  const source = session.source(() =>
    createAudioSource(spec, {
      stdin: session.stdin,
      clock,
      log,
      live: captureParamsOf(config.capture),
    }),
  )
  const voice = judge.createVoice()
  const keeper = createBaselineKeeper(config.device.state_dir, judge, voice, { clock, log })
  // A recording is judged the same every time, and its voices are not this microphone's.
  const adapts = judge.adapts && (!source.canWait || config.affect.adaptation.sources === 'all')
  if (adapts) keeper.restore()
  // A recording's voices are not this microphone's.
  const fatigue = source.canWait ? undefined : buildFatigue(config, session, () => session.streamStartMs)

  const { publisher, status, tell, setEnding } = buildPublisher(loaded, session, {
    topics,
    isRestart,
    whenFull: source.canWait ? 'wait' : 'drop_oldest',
  })
  const capture: CaptureCounts = { state: 'starting', drops: 0 }
  const health = buildHealth(config.health.interval_s, {
    session,
    topics,
    tell,
    publisher,
    source,
    capture,
    pipeline: () => pipeline,
    voice,
  })
  const pipeline = judge.createPipeline({
    ...(adapts ? { voice } : {}),
    ...watched(delivery, health.inferenceTook),
    ...(fatigue === undefined ? {} : { onSegment: fatigue.hear }),
  })
  const deviceId = config.device.id
  const lap = new AgentLap()
  const { restart } = lap
  const verbs = deviceVerbs({
    ...sessionControls(loaded, session),
    health: () => health.now(),
    forgetVoice: () => ({ speech_ms: keeper.reset(), fatigue_speech_ms: fatigue?.reset() ?? 0 }),
    // The response goes first.
    restart: () => void clock.after(RESTART_AFTER_MS, restart),
  })
  answerRequests(publisher, verbs, { topics, config, log })
  const info = (): Message =>
    deviceInfo(config, session, topics, {
      model: modelInfo(delivery, pipeline.model),
      featureParamsHash: judge.featureParamsHash,
      capabilities: [
        ...DISCLOSURES.filter((what) => lets(mode, what)),
        'health',
        ...(fatigue === undefined ? [] : ['fatigue']),
        ...Object.keys(verbs)
          .filter((verb) => delivery !== undefined || !verb.startsWith('model/'))
          .map((verb) => `request/${verb}`),
      ],
    })
  const homeAssistant = buildHomeAssistant(config, {
    topics,
    publisher,
    clock,
    modelId: () => pipeline.model.id,
    labels: judge.classifier.labels,
    rules,
  })
  const schedule = buildSchedule(config, {
    session,
    topics,
    tell,
    rollOverBaseline: () => fatigue?.rollOver(),
    refresh() {
      health.now()
      homeAssistant.repeat()
    },
  })
  const options: AgentOptions = {
    source,
    pipeline,
    publisher,
    announcer: new Announcer({
      topics,
      device: eventDevice(deviceId, pipeline),
      nextStamp: session.nextStamp,
      alerts: new AlertBoard(rules),
      ...(fatigue === undefined ? {} : { fatigue }),
      onAlert: (event) => session.alerts.note(event),
      privacy: mode,
      isQuiet: schedule.isQuiet,
      summaries: schedule.summaries,
    }),
    ...(fatigue === undefined ? {} : { fatigue }),
    info: info(),
    health: health.reporter,
    listening,
    setStatus: (state, reason) => status.hears(state, reason),
    // Nothing is taken from afar that could not be answered any more.
    onClosing() {
      remote?.detach()
      delivery?.inForce.detach()
    },
    setEnding,
    // A microphone hears the present, whatever a configuration for replays says.
    streamStartMs: source.canWait ? (session.streamStartMs ?? startMs(config.capture.start_time)) : undefined,
    onStreamStart(startedMs) {
      session.streamStartMs = startedMs
    },
    clock,
    log,
  }
  const sayListening = (): void => {
    tell(listeningMessage(topics, listening.state))
  }
  connectDelivery(delivery, {
    model: judge.model,
    pipeline,
    gate: config.gate,
    say() {
      tell(info())
      homeAssistant.refresh()
    },
  })
  if (remote !== undefined) {
    connectRemote(remote, {
      builtFrom: loaded,
      topics,
      publisher,
      tell,
      nowMs,
      captureState: () => capture.state,
      reconfigure(next) {
        log.setLevel(next.log.level)
        health.reporter.every(next.health.interval_s * 1000)
        homeAssistant.update(next.health.interval_s)
        pipeline.retune(affectParamsOf(next.affect))
        // It names the revision in force.
        tell(info())
      },
      restart,
    })
  }
  const vitals = (): Vitals => {
    // What stdin gives, and when, is not ours; a recording waits for a full outbox.
    const comesByItself = !source.canWait || (capture.state === 'running' && session.outbox.hasSpace)
    return agentVitals({
      isListening: listening.state.listening && spec.kind !== 'stdin' && comesByItself,
      framesJudged: pipeline.framesSeen,
      captureRestarts: source.monitor?.counts.restarts ?? 0,
      status: status.now,
      publisher: publisher.counts,
      modelId: pipeline.model.id,
    })
  }
  return {
    vitals,
    run: (stop) =>
      lap.last(stop, async () => {
        if (adapts) keeper.start()
        fatigue?.start()
        schedule.start()
        const forgetListening = listening.onChange(sayListening)
        sayListening()
        // What the broker retains of a time when more could be said is taken back.
        if (!lets(mode, 'state')) tell(removal(topics.state))
        for (const alert of session.alerts.takeLeftovers()) {
          if (lets(mode, 'alert')) tell(alertMessage(topics, overEvent(alert, session.nextStamp(), nowMs())))
        }
        if (!lets(mode, 'alert')) for (const { kind } of checked) tell(removal(topics.alert(kind)))
        homeAssistant.start()
        try {
          await runAgent(options, capture, lap.signal)
        } finally {
          forgetListening()
          homeAssistant.stop()
          keeper.stop()
          fatigue?.stop()
          schedule.stop()
        }
      }),
  }
}

/** @param startTime RFC 3339 or empty */
export function startMs(startTime: string): number | undefined {
  return startTime === '' ? undefined : Date.parse(startTime)
}

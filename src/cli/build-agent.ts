import { AlertBoard } from '../affect/alerts/alert-board.js'
import { runAgent, type AgentOptions, type CaptureCounts } from '../agent.js'
import { Announcer } from '../announcer.js'
import { createAudioSource } from '../capture/create-source.js'
import { configJsonSchema } from '../config/json-schema.js'
import type { LoadedConfig } from '../config/load-config.js'
import { CONFIG_SCHEMA } from '../config/schema.js'
import { shownTree } from '../config/settings-table.js'
import { DeviceStatus } from '../device-status.js'
import { ConfigError } from '../errors.js'
import { RESTART } from '../last-drain.js'
import { splitUrls } from '../publish/broker-addresses.js'
import { deviceVerbs } from '../publish/device-verbs.js'
import { MqttPublisher } from '../publish/mqtt-publisher.js'
import { alertMessage, infoMessage, listeningMessage, removal, statusMessage } from '../publish/payloads.js'
import { createPresence } from '../publish/presence.js'
import type { Message } from '../publish/publisher.js'
import { overEvent } from '../publish/raised-alerts.js'
import { DISCLOSURES, lets, withheldBy } from '../publish/privacy-modes.js'
import { createRequestHandler } from '../publish/requests.js'
import type { AgentSession } from './agent-session.js'
import { brokerAddress, brokerOptions } from './broker-options.js'
import { connectDelivery, eventDevice, modelControls, modelInfo, watched } from './connect-delivery.js'
import { connectRemote } from './connect-remote.js'
import { buildFatigue } from './build-fatigue.js'
import { buildHomeAssistant } from './build-home-assistant.js'
import { buildHealth } from './build-health.js'
import { buildSchedule } from './build-schedule.js'
import { checkedRules } from './checked-rules.js'
import { checkSettings } from './check-settings.js'
import { affectParamsOf, captureParamsOf } from './stage-params.js'
import { createBaselineKeeper, loadJudge } from './judge.js'
import { packageVersion } from './version.js'

/** An agent that is ready to run, once. */
export interface BuiltAgent {
  /**
   * @returns whether it ended for another agent to take its place, built from what `session.remote` says then
   * @throws as `runAgent`
   */
  run(stop: AbortSignal): Promise<'ended' | 'restart'>
}

/** Time for the response to a request to restart. */
const RESTART_AFTER_MS = 500

/**
 * Builds every part of the agent from the configuration. Nothing is opened yet but the model and the kept baseline.
 *
 * @throws {ConfigError} as `checkSettings`, `brokerOptions` and `loadJudge`
 * @throws {ModelError} as `loadJudge`
 */
export async function buildAgent(loaded: LoadedConfig, session: AgentSession): Promise<BuiltAgent> {
  const { config } = loaded
  const { log, clock, outbox, listening, remote, delivery, bootId } = session
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

  const tell = (message: Message): void => {
    // Rejects only once the publisher is closed: then nobody is left to be told.
    publisher.publish(message).catch(() => undefined)
  }
  const status = new DeviceStatus(({ state, reason }) => tell(statusMessage(topics, state, reason, nowMs())))
  outbox.onStoreChange((store) => status.ails('outbox_in_memory', store === 'memory'))
  let ending: string | null = null
  const publisher = new MqttPublisher({
    broker: isRestart ? brokerAddress(config) : brokerOptions(config),
    isRestart,
    leftovers: session.leftovers,
    fallbackUrls: splitUrls(config.mqtt.fallback_urls),
    isWithheld: withheldBy(mode, topics),
    onRefusing: (isRefusing) => status.ails('events_refused', isRefusing),
    rereadBroker: () => brokerOptions(config),
    topics,
    presence: createPresence(
      topics,
      () => status.now,
      nowMs,
      () => ending,
    ),
    outbox,
    whenFull: source.canWait ? 'wait' : 'drop_oldest',
    log,
    clock,
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
  const lap = new AbortController()
  const restart = (): void => lap.abort(RESTART)
  const verbs = deviceVerbs({
    nowMs,
    mayAct: () => session.deeds.take(clock.monotonicMs()),
    config: () => ({
      revision: remote?.revision ?? 0,
      group_revision: remote?.groupRevision ?? 0,
      effective: shownTree(remote?.loaded ?? loaded),
    }),
    configSchema: () => configJsonSchema(CONFIG_SCHEMA),
    rollBackConfig() {
      if (remote === undefined) throw noRemoteConfig()
      return remote.rollBack()
    },
    setListening(isOn) {
      const kept = listening.hold('request', !isOn)
      return { listening: listening.state.listening, kept, held_by: listening.state.heldBy }
    },
    health: () => health.now(),
    forgetVoice: () => ({ speech_ms: keeper.reset(), fatigue_speech_ms: fatigue?.reset() ?? 0 }),
    models: modelControls(delivery),
    // The response goes first.
    restart: () => void clock.after(RESTART_AFTER_MS, restart),
  })
  publisher.onRequest(
    createRequestHandler(topics, verbs, {
      onBug: (error) => log.error({ err: error, code: 'INTERNAL_REQUEST' }, 'a request failed'),
      notToAnswerOn: [`${config.publish.home_assistant_prefix}/`],
    }),
  )
  const info = (): Message =>
    infoMessage(
      topics,
      {
        deviceId,
        bootId,
        versions: { affectd: packageVersion(), node: process.versions.node },
        model: modelInfo(delivery, pipeline.model),
        featureParamsHash: judge.featureParamsHash,
        configRevision: remote?.revision ?? 0,
        capabilities: [
          ...DISCLOSURES.filter((what) => lets(mode, what)),
          'health',
          ...(fatigue === undefined ? [] : ['fatigue']),
          ...Object.keys(verbs)
            .filter((verb) => delivery !== undefined || !verb.startsWith('model/'))
            .map((verb) => `request/${verb}`),
        ],
      },
      nowMs(),
    )
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
    setEnding(reason) {
      ending = reason
    },
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
  return {
    async run(stop) {
      const end = (): void => lap.abort()
      stop.addEventListener('abort', end, { once: true })
      if (stop.aborted) end()
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
        stop.removeEventListener('abort', end)
        homeAssistant.stop()
        keeper.stop()
        fatigue?.stop()
        schedule.stop()
      }
      return lap.signal.reason === RESTART && !stop.aborted ? 'restart' : 'ended'
    },
  }
}

function noRemoteConfig(): ConfigError {
  return new ConfigError('CONFIG_NOT_REMOTE', 'device.remote_config is off: nothing is taken from afar')
}

/** @param startTime RFC 3339 or empty */
export function startMs(startTime: string): number | undefined {
  return startTime === '' ? undefined : Date.parse(startTime)
}

import { AlertBoard } from '../affect/alerts/alert-board.js'
import { runAgent, type AgentOptions, type CaptureCounts } from '../agent.js'
import { Announcer } from '../announcer.js'
import { BaselineKeeper } from '../baseline-keeper.js'
import { createAudioSource } from '../capture/create-source.js'
import type { Config } from '../config/config.js'
import { configJsonSchema } from '../config/json-schema.js'
import type { LoadedConfig } from '../config/load-config.js'
import { CONFIG_SCHEMA } from '../config/schema.js'
import { shownTree } from '../config/settings-table.js'
import { DeviceStatus } from '../device-status.js'
import { ConfigError } from '../errors.js'
import { HealthReporter } from '../health-reporter.js'
import { RESTART } from '../last-drain.js'
import { systemClock } from '../ops/clock.js'
import { HealthRecord } from '../ops/health.js'
import type { Logger } from '../ops/logger.js'
import { StateFile } from '../ops/state-file.js'
import { splitUrls } from '../publish/broker-addresses.js'
import { deviceVerbs } from '../publish/device-verbs.js'
import { discoveryMessage } from '../publish/home-assistant/discovery-message.js'
import { HomeAssistant } from '../publish/home-assistant/home-assistant.js'
import { MqttPublisher } from '../publish/mqtt-publisher.js'
import {
  alertMessage,
  healthMessage,
  infoMessage,
  listeningMessage,
  statusMessage,
} from '../publish/payloads.js'
import { createPresence } from '../publish/presence.js'
import type { Message } from '../publish/publisher.js'
import { overEvent } from '../publish/raised-alerts.js'
import { createRequestHandler } from '../publish/requests.js'
import type { VoiceBaseline } from '../voice-baseline.js'
import type { AgentSession } from './agent-session.js'
import { brokerAddress, brokerOptions } from './broker-options.js'
import { connectRemote } from './connect-remote.js'
import { buildFatigue } from './build-fatigue.js'
import { checkedRules } from './checked-rules.js'
import { checkSettings } from './check-settings.js'
import { affectParamsOf, captureParamsOf } from './stage-params.js'
import { loadJudge, type Judge } from './judge.js'
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
  const { log, clock, outbox, listening, remote, bootId } = session
  // Of a process that has run, what is missing now is waited for: a secret may be on its way.
  const isRestart = session.builds++ > 0
  const { source: spec, topics } = checkSettings(loaded)
  const nowMs = (): number => clock.nowMs()
  const judge = await loadJudge(config)
  const rules = checkedRules(loaded, judge.classifier.labels)
  const source = session.source(() =>
    createAudioSource(spec, {
      stdin: session.stdin,
      clock,
      log,
      live: captureParamsOf(config.capture),
    }),
  )
  const voice = judge.createVoice()
  const keeper = createKeeper(config, judge, voice, log)
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
  const record = new HealthRecord(
    { monotonicMs: clock.monotonicMs(), cpuMicros: cpuMicros() },
    session.startedMs,
  )
  const pipeline = judge.createPipeline({
    ...(adapts ? { voice } : {}),
    onInference: (durationMs) => record.inferenceTook(durationMs),
    ...(fatigue === undefined ? {} : { onSegment: fatigue.hear }),
  })
  const health = new HealthReporter(clock, config.health.interval_s * 1000, () => {
    const { outboxDepth, outboxDropped, outboxDroppedBy, outboxStore, reconnects } = publisher.counts
    const report = record.report({
      monotonicMs: clock.monotonicMs(),
      rssBytes: process.memoryUsage.rss(),
      cpuMicros: cpuMicros(),
      captureState: capture.state,
      captureDrops: capture.drops,
      captureRestarts: source.monitor?.counts.restarts ?? 0,
      captureDriftPpm: source.monitor?.counts.driftPpm ?? null,
      framesSeen: pipeline.framesSeen,
      framesSpeech: pipeline.framesSpeech,
      outboxDepth,
      outboxDropped,
      outboxDroppedBy,
      outboxStore,
      reconnects,
      adaptationSpeechMs: voice.speechMs,
    })
    lastHealth = healthMessage(topics, report, nowMs())
    tell(lastHealth)
  })
  let lastHealth: Message | undefined
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
    setListening: (isOn) => listening.set(isOn, 'request'),
    health() {
      health.now()
      return JSON.parse(lastHealth?.payload ?? '{}') as object
    },
    forgetVoice: () => ({ speech_ms: keeper.reset(), fatigue_speech_ms: fatigue?.reset() ?? 0 }),
    // The response goes first.
    restart: () => void clock.after(RESTART_AFTER_MS, restart),
  })
  publisher.onRequest(
    createRequestHandler(topics, verbs, {
      onBug: (error) => log.error({ err: error, code: 'INTERNAL_REQUEST' }, 'a request failed'),
      notToAnswerOn: [`${config.publish.home_assistant_prefix}/`],
    }),
  )
  const { model } = judge.classifier
  const info = (): Message =>
    infoMessage(
      topics,
      {
        deviceId,
        bootId,
        versions: { affectd: packageVersion(), node: process.versions.node },
        model,
        featureParamsHash: judge.featureParamsHash,
        configRevision: remote?.revision ?? 0,
        capabilities: [
          ...['emotion', 'state', 'alert', 'health'],
          ...(fatigue === undefined ? [] : ['fatigue']),
          ...Object.keys(verbs).map((verb) => `request/${verb}`),
        ],
      },
      nowMs(),
    )
  const { home_assistant_prefix: discoveryPrefix } = config.publish
  const discovery = (healthIntervalS: number): Message =>
    discoveryMessage(topics, discoveryPrefix, {
      deviceId,
      modelId: model.id,
      version: packageVersion(),
      labels: judge.classifier.labels,
      alertKinds: rules.map(({ kind }) => kind),
      healthIntervalS,
    })
  const homeAssistant = new HomeAssistant({
    publisher,
    discovery: discovery(config.health.interval_s),
    prefix: discoveryPrefix,
    isOn: config.publish.home_assistant,
    clock,
    random: Math.random,
  })
  const options: AgentOptions = {
    source,
    pipeline,
    publisher,
    announcer: new Announcer({
      topics,
      device: { deviceId, model },
      nextStamp: session.nextStamp,
      alerts: new AlertBoard(rules),
      ...(fatigue === undefined ? {} : { fatigue }),
      onAlert: (event) => session.alerts.note(event),
    }),
    ...(fatigue === undefined ? {} : { fatigue }),
    info: info(),
    health,
    listening,
    setStatus: (state, reason) => status.hears(state, reason),
    // Nothing is taken from afar that could not be answered any more.
    onClosing: () => remote?.detach(),
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
    const { listening: isOn, reason, sinceMs } = listening.state
    tell(listeningMessage(topics, isOn, reason, sinceMs))
  }
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
        health.every(next.health.interval_s * 1000)
        homeAssistant.update(discovery(next.health.interval_s))
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
      const forgetListening = listening.onChange(sayListening)
      sayListening()
      for (const alert of session.alerts.takeLeftovers()) {
        tell(alertMessage(topics, overEvent(alert, session.nextStamp(), nowMs())))
      }
      homeAssistant.start()
      try {
        await runAgent(options, capture, lap.signal)
      } finally {
        forgetListening()
        stop.removeEventListener('abort', end)
        homeAssistant.stop()
        keeper.stop()
        fatigue?.stop()
      }
      return lap.signal.reason === RESTART && !stop.aborted ? 'restart' : 'ended'
    },
  }
}

function noRemoteConfig(): ConfigError {
  return new ConfigError('CONFIG_NOT_REMOTE', 'device.remote_config is off: nothing is taken from afar')
}

function createKeeper(config: Config, judge: Judge, voice: VoiceBaseline, log: Logger): BaselineKeeper {
  return new BaselineKeeper({
    voice,
    file: new StateFile(config.device.state_dir, 'baseline.json'),
    identity: {
      featureParamsHash: judge.featureParamsHash,
      nCoefficients: judge.classifier.inputCoefficients,
    },
    clock: systemClock,
    log,
  })
}

/** @param startTime RFC 3339 or empty */
export function startMs(startTime: string): number | undefined {
  return startTime === '' ? undefined : Date.parse(startTime)
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

import { randomFillSync, randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { runAgent, type AgentOptions, type CaptureCounts } from '../agent.js'
import { Announcer } from '../announcer.js'
import { BaselineKeeper } from '../baseline-keeper.js'
import { createAudioSource } from '../capture/create-source.js'
import type { Config } from '../config/config.js'
import type { LoadedConfig } from '../config/load-config.js'
import { HealthReporter } from '../health-reporter.js'
import { systemClock } from '../ops/clock.js'
import { HealthRecord } from '../ops/health.js'
import type { Logger } from '../ops/logger.js'
import { StateFile } from '../ops/state-file.js'
import { createEventSequence } from '../publish/event-sequence.js'
import { MqttPublisher } from '../publish/mqtt-publisher.js'
import { healthMessage, infoMessage, statusMessage, type DeviceState } from '../publish/payloads.js'
import type { Outbox } from '../publish/outbox.js'
import { createPresence } from '../publish/presence.js'
import { baselineResetVerb, createRequestHandler, pingVerb } from '../publish/requests.js'
import { createUuidV7 } from '../publish/uuid.js'
import type { VoiceBaseline } from '../voice-baseline.js'
import { brokerOptions } from './broker-options.js'
import { checkSettings } from './check-settings.js'
import { createOutbox } from './create-outbox.js'
import { captureParamsOf } from './stage-params.js'
import { loadJudge, type Judge } from './judge.js'
import { packageVersion } from './version.js'

export interface BuildDeps {
  readonly log: Logger
  readonly stdin: () => Readable
  /** Where events wait; on disk in `device.state_dir` unless said otherwise. */
  readonly outbox?: Outbox
}

/** An agent that is ready to run, once. */
export interface BuiltAgent {
  /** @throws as `runAgent`, and {ConfigError} CONFIG_STATE_DIR_IN_USE */
  run(stop: AbortSignal): Promise<void>
}

/**
 * Builds every part of the agent from the configuration. Nothing is opened yet but the model and the kept baseline.
 *
 * @throws {ConfigError} as `checkSettings`, `brokerOptions` and `loadJudge`
 * @throws {ModelError} as `loadJudge`
 */
export async function buildAgent(loaded: LoadedConfig, deps: BuildDeps): Promise<BuiltAgent> {
  const { log, stdin } = deps
  const { config } = loaded
  const { source: spec, topics } = checkSettings(loaded)
  const clock = systemClock
  const nowMs = (): number => clock.nowMs()
  const judge = await loadJudge(config)
  const source = createAudioSource(spec, { stdin, clock, log, live: captureParamsOf(config.capture) })
  const voice = judge.createVoice()
  const keeper = createKeeper(config, judge, voice, log)
  // A recording is judged the same every time, and its voices are not this microphone's.
  const adapts = judge.adapts && (!source.canWait || config.affect.adaptation.sources === 'all')
  if (adapts) keeper.restore()

  const status: { state: DeviceState; reason: string | null } = {
    // Nothing has been heard yet: the first frame says `online`.
    state: 'degraded',
    reason: 'starting',
  }
  let ending: string | null = null
  const outbox = deps.outbox ?? createOutbox(config, { clock, log })
  const publisher = new MqttPublisher({
    broker: brokerOptions(config),
    topics,
    presence: createPresence(
      topics,
      () => status,
      nowMs,
      () => ending,
    ),
    outbox,
    whenFull: source.canWait ? 'wait' : 'drop_oldest',
    log,
    clock,
  })
  publisher.onRequest(
    createRequestHandler(
      topics,
      { ping: pingVerb(nowMs), 'baseline/reset': baselineResetVerb(() => keeper.reset()) },
      (error) => log.error({ err: error, code: 'INTERNAL_REQUEST' }, 'a request failed'),
    ),
  )

  const capture: CaptureCounts = { state: 'starting', drops: 0 }
  const record = new HealthRecord({ monotonicMs: clock.monotonicMs(), cpuMicros: cpuMicros() })
  const pipeline = judge.createPipeline({
    ...(adapts ? { voice } : {}),
    onInference: (durationMs) => record.inferenceTook(durationMs),
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
    void publisher.publish(healthMessage(topics, report, nowMs()))
  })

  const bootId = randomUUID()
  const deviceId = config.device.id
  const { model } = judge.classifier
  const info = infoMessage(
    topics,
    {
      deviceId,
      bootId,
      versions: { affectd: packageVersion(), node: process.versions.node },
      model,
      featureParamsHash: judge.featureParamsHash,
      configRevision: 0,
      capabilities: ['emotion', 'state', 'health', 'request/ping', 'request/baseline/reset'],
    },
    nowMs(),
  )
  const options: AgentOptions = {
    source,
    pipeline,
    publisher,
    announcer: new Announcer({
      topics,
      device: { deviceId, model },
      nextStamp: createEventSequence(bootId, createUuidV7(nowMs, randomFillSync)),
    }),
    info,
    health,
    setStatus(state, reason) {
      if (status.state === state && status.reason === reason) return
      Object.assign(status, { state, reason })
      void publisher.publish(statusMessage(topics, state, reason, nowMs()))
    },
    setEnding(reason) {
      ending = reason
    },
    // A microphone hears the present, whatever a configuration for replays says.
    streamStartMs: source.canWait ? startMs(config.capture.start_time) : undefined,
    clock,
    log,
  }
  return {
    async run(stop) {
      await outbox.open()
      if (adapts) keeper.start()
      try {
        await runAgent(options, capture, stop)
      } finally {
        keeper.stop()
      }
    },
  }
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

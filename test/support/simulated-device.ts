import { randomFillSync, randomUUID } from 'node:crypto'
import type { AffectState, Judgement } from '../../src/affect/judgement.js'
import { AlertBoard } from '../../src/affect/alerts/alert-board.js'
import { Announcer } from '../../src/announcer.js'
import type { BackoffRange } from '../../src/backoff.js'
import { systemClock } from '../../src/ops/clock.js'
import { createEventSequence } from '../../src/publish/event-sequence.js'
import type { LinkOptions } from '../../src/publish/link.js'
import { MemoryOutbox } from '../../src/publish/memory-outbox.js'
import { MqttPublisher } from '../../src/publish/mqtt-publisher.js'
import { healthMessage, infoMessage } from '../../src/publish/payloads.js'
import { createPresence } from '../../src/publish/presence.js'
import type { Message } from '../../src/publish/publisher.js'
import { createRequestHandler } from '../../src/publish/requests.js'
import { rfc3339 } from '../../src/publish/stream-time.js'
import { createTopics, type Topics } from '../../src/publish/topics.js'
import { createUuidV7 } from '../../src/publish/uuid.js'
import { SAMPLE_RATE_HZ } from '../../src/units.js'
import { recordingLogger } from './recording-logger.js'

const LABELS = ['neutral', 'calm', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised'] as const
const WINDOW_S = 3
const MODEL = { id: 'simulated', sha256: '0'.repeat(64) }

export interface SimulatedDeviceOptions extends Partial<LinkOptions> {
  readonly url: string
  readonly fallbackUrls?: readonly string[]
  readonly backoff?: BackoffRange
}

/** A device with the product's own publisher, payloads and client id, whose judgements are thrown dice. */
export class SimulatedDevice {
  readonly bootId = randomUUID()
  readonly publisher: MqttPublisher
  readonly topics: Topics
  /** What it says first on each connection. */
  readonly greeting: () => Message
  readonly #announcer: Announcer
  readonly #startedMs = Date.now()
  #events = 0

  constructor(
    readonly deviceId: string,
    { fallbackUrls = [], backoff, ...broker }: SimulatedDeviceOptions,
  ) {
    const nowMs = (): number => Date.now()
    this.topics = createTopics(deviceId)
    const presence = createPresence(this.topics, () => ({ state: 'online', reason: null }), nowMs)
    this.greeting = () => presence.greeting()
    this.publisher = new MqttPublisher({
      broker: {
        protocol: '5',
        clientId: `affectd-${deviceId}`,
        keepaliveS: 30,
        connectTimeoutMs: 10_000,
        ...broker,
      },
      fallbackUrls,
      topics: this.topics,
      presence,
      outbox: new MemoryOutbox(),
      whenFull: 'drop_oldest',
      log: recordingLogger(),
      clock: systemClock,
      ...(backoff && { backoff }),
    })
    this.publisher.onRequest(
      createRequestHandler(
        this.topics,
        { ping: () => ({ time: rfc3339(nowMs()) }) },
        {
          onBug(error) {
            throw error
          },
        },
      ),
    )
    this.#announcer = new Announcer({
      topics: this.topics,
      device: { deviceId, model: MODEL },
      nextStamp: createEventSequence(this.bootId, createUuidV7(nowMs, randomFillSync)),
      alerts: new AlertBoard([]),
    })
  }

  /** Events so far, which is the seq of the last one. */
  get events(): number {
    return this.#events
  }

  start(): void {
    this.publisher.start()
    const info = {
      deviceId: this.deviceId,
      bootId: this.bootId,
      versions: { affectd: 'simulated', node: process.versions.node },
      model: { ...MODEL, origin: 'released', trialUntilMs: null, lastRollback: null } as const,
      featureParamsHash: '0'.repeat(64),
      configRevision: 0,
      capabilities: ['emotion', 'state', 'health', 'request/ping'],
      lastExit: null,
    }
    void this.publisher.publish(infoMessage(this.topics, info, Date.now()))
    void this.reportHealth()
  }

  /** One decision whose window ends now, and the state after it. */
  async speak(): Promise<void> {
    this.#events += 1
    const judgement = randomJudgement()
    const streamStartMs = Date.now() - WINDOW_S * 1000
    const state: AffectState = {
      ...judgement,
      speaking: true,
      sinceSample: 0,
      atSample: judgement.durationSamples,
    }
    const { publisher } = this
    for (const message of this.#announcer.state(state, streamStartMs)) void publisher.publish(message)
    for (const message of this.#announcer.decision(judgement, streamStartMs)) await publisher.publish(message)
  }

  reportHealth(): Promise<void> {
    const { outboxDepth, outboxDropped, outboxDroppedBy, outboxStore, reconnects } = this.publisher.counts
    const report = {
      uptimeS: (Date.now() - this.#startedMs) / 1000,
      rssMb: 76,
      cpuPercent: 2.5,
      captureState: 'healthy' as const,
      captureDrops: 0,
      captureRestarts: 0,
      captureDriftPpm: 12.3,
      speechRatio: 0.4,
      inferenceP50Ms: 6.1,
      inferenceP95Ms: 9.8,
      adaptationSpeechMs: 60_000,
      outboxDepth,
      outboxDropped,
      outboxDroppedBy,
      outboxStore,
      reconnects,
    }
    return this.publisher.publish(healthMessage(this.topics, report, Date.now()))
  }
}

function randomJudgement(): Judgement {
  const weights = LABELS.map(() => Math.random() ** 4 + 1e-3)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const best = weights.indexOf(Math.max(...weights))
  return {
    startSample: 0,
    durationSamples: WINDOW_S * SAMPLE_RATE_HZ,
    speechSamples: Math.round((1 + 2 * Math.random()) * SAMPLE_RATE_HZ),
    levelDbfs: -35 + 15 * Math.random(),
    snrDb: 5 + 20 * Math.random(),
    label: LABELS[best]!,
    confidence: weights[best]! / sum,
    probabilities: Object.fromEntries(LABELS.map((label, i) => [label, weights[i]! / sum])),
    arousal: 2 * Math.random() - 1,
    valence: 2 * Math.random() - 1,
    abstained: false,
    abstainReason: null,
  }
}

import { randomUUID } from 'node:crypto'
import mqtt from 'mqtt'
import type { MqttClient } from 'mqtt'
import { emptyCounts, type TallyCounts } from '../../src/affect/summary/tally.js'
import { expectedArousalValence } from '../../src/affect/circumplex.js'
import { alertEvent } from '../../src/publish/alert-event.js'
import { emotionEvent } from '../../src/publish/emotion-event.js'
import {
  alertMessage,
  emotionMessage,
  stateMessage,
  statusMessage,
  type DeviceState,
} from '../../src/publish/payloads.js'
import type { Message } from '../../src/publish/publisher.js'
import { summaryMessage, type SummaryPeriod } from '../../src/publish/summary-message.js'
import { createTopics, type Topics } from '../../src/publish/topics.js'
import { SAMPLE_RATE_HZ } from '../../src/units.js'
import { SAMPLE_ALERT, SAMPLE_CONTEXT, SAMPLE_JUDGEMENT, SAMPLE_NOW_MS } from './sample-messages.js'

const STREAM_START_MS = SAMPLE_NOW_MS

/** What no device says and anybody may send: to a recipe it must be nothing. */
export const GARBAGE: readonly (string | Buffer)[] = [
  '',
  'null',
  '[]',
  '"text"',
  '{',
  '{"state":7,"active":"yes","id":[]}',
  '{"id":{},"boot_id":1,"seq":1.5,"label":null,"period":null,"shares":null,"time":{}}',
  '{"id":"x","boot_id":"x","seq":1e999,"confidence":1e999,"active":1}',
  'two\nlines\tand a tab',
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  '['.repeat(20_000),
]

/** A device whose every message is made by the product's own functions, and sent when a test says so. */
export class PretendedDevice {
  readonly topics: Topics
  bootId = randomUUID() as string
  seq = 0

  private constructor(
    private readonly client: MqttClient,
    readonly deviceId: string,
  ) {
    this.topics = createTopics(deviceId)
  }

  static async open(url: string, deviceId: string): Promise<PretendedDevice> {
    return new PretendedDevice(await mqtt.connectAsync(url), deviceId)
  }

  async close(): Promise<void> {
    await this.client.endAsync(true)
  }

  async send(message: Message): Promise<Message> {
    const { topic, payload, qos, retain } = message
    await this.client.publishAsync(topic, payload, { qos, retain })
    return message
  }

  /** Sends garbage on a topic, none of it retained. */
  async sendGarbage(topic: string): Promise<void> {
    for (const payload of GARBAGE) await this.client.publishAsync(topic, payload, { qos: 1 })
  }

  /** After it, `seq` begins anew. */
  restart(): void {
    this.bootId = randomUUID()
    this.seq = 0
  }

  emotion(label: string, abstained = false): Promise<Message> {
    const { probabilities } = SAMPLE_JUDGEMENT
    const judgement = {
      ...SAMPLE_JUDGEMENT,
      label,
      // What anger has in the sample, it has here.
      probabilities: { ...probabilities, angry: probabilities[label]!, [label]: probabilities['angry']! },
      abstained,
      abstainReason: abstained ? ('low_snr' as const) : null,
    }
    const context = { ...SAMPLE_CONTEXT, deviceId: this.deviceId }
    return this.send(emotionMessage(this.topics, emotionEvent(judgement, this.#stamp(), context)))
  }

  alert(kind: string, active: boolean): Promise<Message> {
    const { rule, fatigue } = SAMPLE_ALERT
    const change = {
      ...SAMPLE_ALERT,
      rule: { ...rule, kind, score: kind === 'fatigue' ? 'fatigue' : 'angry' },
      active,
      endedBy: active ? null : ('score' as const),
      fatigue: kind === 'fatigue' ? fatigue : null,
    }
    return this.send(alertMessage(this.topics, alertEvent(change, this.#stamp(), STREAM_START_MS)))
  }

  /** @param atS seconds since 2026-11-21T08:00Z */
  state(probabilities: Readonly<Record<string, number>>, atS: number, speaking = true): Promise<Message> {
    const [label = ''] = Object.entries(probabilities).reduce((best, one) => (one[1] > best[1] ? one : best))
    const atSample = atS * SAMPLE_RATE_HZ
    const place = expectedArousalValence(probabilities)
    const state = { label, probabilities, ...place, speaking, sinceSample: 0, atSample }
    return this.send(stateMessage(this.topics, state, STREAM_START_MS))
  }

  status(state: DeviceState): Promise<Message> {
    return this.send(statusMessage(this.topics, state, null, SAMPLE_NOW_MS))
  }

  summary(
    counts: Partial<TallyCounts>,
    period: Pick<SummaryPeriod, 'kind' | 'startMs' | 'endMs'>,
  ): Promise<Message> {
    const of = { ...period, timeZone: 'Europe/Berlin' }
    const discloses = period.kind === 'day' ? 'everything' : 'aggregates'
    const { deviceId } = this
    const all = { ...emptyCounts(), ...counts }
    return this.send(summaryMessage(this.topics, all, of, this.#stamp(), { deviceId, discloses }))
  }

  #stamp(): { id: string; bootId: string; seq: number } {
    this.seq += 1
    return { id: randomUUID(), bootId: this.bootId, seq: this.seq }
  }
}

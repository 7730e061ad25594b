import mqtt, { type MqttClient } from 'mqtt'
import { DeliveryLedger, type Account } from '../../../test/support/delivery-ledger.js'
import { parseEmotionEvent } from '../../../src/publish/parse-emotion-event.js'
import type { WorkerReport } from './orders.js'

const ANSWERS = 'fleet-sim/answers'

/** The central system of the simulation: hears every event in a session that outlives connections, and sends requests. */
export class Listener {
  readonly #ledger = new DeliveryLedger()
  readonly #asked = new Map<string, number>()
  #latenciesMs: number[] = []
  #roundTripsMs: number[] = []
  #distinct = 0
  #requests = 0
  #dropped = 0

  private constructor(private readonly client: MqttClient) {
    client.on('message', (topic, payload, { properties }) => {
      if (topic === ANSWERS) return this.#answered(properties?.correlationData?.toString() ?? '')
      if (topic.startsWith('$SYS/')) {
        this.#dropped = Number(payload.toString())
        return
      }
      const event = parseEmotionEvent(payload)
      if (event === undefined || !this.#ledger.book(event)) return
      this.#distinct += 1
      // `time` is the end of the window, which here is when it was published.
      this.#latenciesMs.push(performance.timeOrigin + performance.now() - Date.parse(event.time))
    })
  }

  static async open(url: string): Promise<Listener> {
    const client = mqtt.connect(url, {
      protocolVersion: 5,
      clientId: 'fleet-ledger',
      clean: false,
      properties: { sessionExpiryInterval: 3600, receiveMaximum: 1000 },
      reconnectPeriod: 100,
    })
    const listener = new Listener(client)
    await new Promise<void>((resolve) => client.once('connect', () => resolve()))
    await client.subscribeAsync(['affectd/+/emotion', ANSWERS, '$SYS/broker/publish/messages/dropped'], {
      qos: 1,
    })
    return listener
  }

  /** Different events heard. */
  get distinct(): number {
    return this.#distinct
  }

  get requests(): { readonly sent: number; readonly unanswered: number } {
    return { sent: this.#requests, unanswered: this.#asked.size }
  }

  /** Messages that the broker has dropped for subscribers that do not keep up, by its own count. */
  get droppedByBroker(): number {
    return this.#dropped
  }

  /** What was measured since the last call. */
  take(): { readonly latenciesMs: readonly number[]; readonly roundTripsMs: readonly number[] } {
    const taken = { latenciesMs: this.#latenciesMs, roundTripsMs: this.#roundTripsMs }
    this.#latenciesMs = []
    this.#roundTripsMs = []
    return taken
  }

  ping(deviceId: string): void {
    const transaction = String(++this.#requests)
    this.#asked.set(transaction, performance.now())
    this.client.publish(`affectd/${deviceId}/request/ping`, JSON.stringify({ transaction }), {
      qos: 1,
      properties: { responseTopic: ANSWERS, correlationData: Buffer.from(transaction) },
    })
  }

  account({ sent }: WorkerReport): Account {
    return this.#ledger.account(new Map(sent))
  }

  async close(): Promise<void> {
    await this.client.endAsync(true)
  }

  #answered(transaction: string): void {
    const askedMs = this.#asked.get(transaction)
    if (askedMs === undefined) return
    this.#asked.delete(transaction)
    this.#roundTripsMs.push(performance.now() - askedMs)
  }
}

/** Subscribes to every event and takes its time over each: what a dashboard on a bad line does to the broker. */
export function slowSubscriber(url: string, number: number, delayMs: number): MqttClient {
  const client = mqtt.connect(url, { protocolVersion: 5, clientId: `slow-${number}`, reconnectPeriod: 1000 })
  client.handleMessage = (_packet, done) => void setTimeout(done, delayMs)
  client.on('connect', () => client.subscribe('affectd/#', { qos: 1 }))
  client.on('error', () => undefined)
  return client
}

import { randomUUID } from 'node:crypto'
import mqtt, { type MqttClient } from 'mqtt'
import { hostileCorpus } from '../../../test/support/hostile-corpus.js'
import type { Random } from '../../../training/src/random.js'

/** Verbs that change nothing or hardly anything. */
const QUESTIONS = ['ping', 'health', 'config/get', 'config/schema']
/** Topics below `request/` that are no verbs. */
const NO_VERBS = ['', '//', 'PING', 'config/get/more', '__proto__', 'x'.repeat(200)]
/** Beyond what affectd reads of one message. */
const TOO_LARGE = Buffer.alloc(300_000, 0x7b)

const BAD_PATCHES: readonly object[] = [
  { gate: { window_ms: 1 } },
  { gate: { window_ms: 500, window_hop_ms: 2000 } },
  { mqtt: { url: 'mqtt://elsewhere' } },
  { affect: { min_confidence: 'much' } },
  { nothing: { of: 'the kind' } },
]

/** Whoever may ask a device and configure it from afar, and whoever only wants to do it harm. */
export class SoakOperator {
  #revision = 0
  #hangoverMs = 600
  #answers = 0

  private constructor(
    private readonly client: MqttClient,
    private readonly base: string,
    private readonly random: Random,
  ) {
    client.on('message', () => (this.#answers += 1))
  }

  static async open(brokerUrl: string, deviceId: string, random: Random): Promise<SoakOperator> {
    const client = await mqtt.connectAsync(brokerUrl, { protocolVersion: 5, reconnectPeriod: 50 })
    // A broker that is killed while one subscribes is asked again.
    await client.subscribeAsync(`affectd/${deviceId}/response/#`, { qos: 1 })
    return new SoakOperator(client, `affectd/${deviceId}`, random)
  }

  /** Responses heard. */
  get answers(): number {
    return this.#answers
  }

  ask(verb: string, body: object = {}): void {
    this.#send(`request/${verb}`, JSON.stringify({ transaction: randomUUID(), ...body }))
  }

  askAll(): void {
    for (const verb of QUESTIONS) this.ask(verb)
  }

  /** What no device should mind. */
  harass(times: number): void {
    for (let n = 0; n < times; n++) {
      const payload = this.#oneOf([...hostileCorpus, TOO_LARGE])
      const place = this.random.below(3)
      if (place === 0) this.#send('config/desired', payload)
      else if (place === 1) this.#send(`request/${this.#oneOf(QUESTIONS)}`, payload)
      else this.#send(`request/${this.#oneOf(NO_VERBS)}`, payload)
    }
  }

  /** A revision that is taken at once, without a restart. */
  reviseHot(): void {
    const confidence = 0.25 + this.random.below(10) / 100
    this.#revise({ affect: { min_confidence: confidence }, gate: { hangover_ms: this.#hangoverMs } })
  }

  /** A revision for which another agent is built within the process. */
  reviseCold(): void {
    this.#hangoverMs = 500 + this.random.below(300)
    this.#revise({ gate: { hangover_ms: this.#hangoverMs } })
  }

  /** A revision that must be refused. */
  reviseBadly(): void {
    this.#revise(this.#oneOf(BAD_PATCHES))
  }

  close(): Promise<void> {
    return this.client.endAsync(true)
  }

  #revise(patch: object): void {
    this.#revision += 1
    this.#send('config/desired', JSON.stringify({ revision: this.#revision, patch }), true)
  }

  #send(below: string, payload: string | Uint8Array, retain = false): void {
    const bytes = typeof payload === 'string' ? payload : Buffer.from(payload)
    // Its callback brings the error of a client that is closed before the broker is back, which nobody waits for.
    this.client.publish(`${this.base}/${below}`, bytes, { qos: 1, retain }, () => undefined)
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.random.below(choices.length)]!
  }
}

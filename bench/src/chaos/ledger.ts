import { MqttTap } from '../../../test/support/mqtt-tap.js'
import type { Arrival } from './verdict.js'

/** Longer than any round: the broker keeps what comes while the ledger is away. */
const SESSION_S = 3600
/** They share one sequence. */
const EVENTS = ['affectd/+/emotion', 'affectd/+/alert/+']

/**
 * Writes down every event that the broker gives out. Its session is persistent, so that the broker keeps for it what comes
 * while the connection between the two is down.
 */
export class Ledger {
  readonly arrivals: Arrival[] = []
  /** Different events. */
  readonly #names = new Set<string>()

  private constructor(private readonly tap: MqttTap) {
    tap.client.on('message', (_topic, payload, packet) => {
      // What a broker retains it shows at every new subscription: that is no delivery.
      if (packet.retain) return
      const text = payload.toString()
      const { boot_id: bootId, seq } = JSON.parse(text) as { boot_id: string; seq: number }
      this.#names.add(`${bootId}/${seq}`)
      this.arrivals.push({ bootId, seq, payload: text, isRedelivery: packet.dup, atMs: performance.now() })
    })
  }

  static async open(brokerUrl: string): Promise<Ledger> {
    const session = { clean: false, properties: { sessionExpiryInterval: SESSION_S } }
    return new Ledger(await MqttTap.open(brokerUrl, EVENTS, { clientId: 'ledger', ...session }))
  }

  /** Different events so far. */
  get count(): number {
    return this.#names.size
  }

  has(bootId: string, seq: number): boolean {
    return this.#names.has(`${bootId}/${seq}`)
  }

  close(): Promise<void> {
    return this.tap.close()
  }
}

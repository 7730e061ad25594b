import mqtt, { type MqttClient } from 'mqtt'
import { DeliveryLedger } from '../../../test/support/delivery-ledger.js'

/** Share one sequence. */
const NUMBERED: ReadonlySet<string> = new Set(['emotion', 'alert', 'summary'])
/** Longer than any soak: the broker keeps what comes while the ledger is away. */
const SESSION_S = 7 * 86_400

interface Health {
  readonly outbox_depth: number
  readonly outbox_dropped: number
  readonly outbox_store: string
}

/** Books every event that the broker gives out, and keeps the last health. Its session outlives the broker's restarts. */
export class SoakLedger {
  readonly #ledger = new DeliveryLedger()
  readonly #highest = new Map<string, number>()
  /** By the last level of their topic, or `alert`. */
  readonly heard: Record<string, number> = {}
  health: Health | undefined

  private constructor(private readonly client: MqttClient) {
    client.on('message', (topic, payload, packet) => {
      // What a broker retains it shows at every new subscription: that is no delivery.
      if (!packet.retain) this.#hear(topic, payload.toString())
    })
  }

  static async open(brokerUrl: string, deviceId: string): Promise<SoakLedger> {
    const client = await mqtt.connectAsync(brokerUrl, {
      protocolVersion: 5,
      reconnectPeriod: 50,
      clientId: 'soak-ledger',
      clean: false,
      properties: { sessionExpiryInterval: SESSION_S },
    })
    const ledger = new SoakLedger(client)
    await client.subscribeAsync(`affectd/${deviceId}/#`, { qos: 1 })
    return ledger
  }

  /** Boots that numbered events. */
  get boots(): number {
    return this.#highest.size
  }

  get account(): ReturnType<DeliveryLedger['account']> {
    return this.#ledger.account(this.#highest)
  }

  close(): Promise<void> {
    return this.client.endAsync(true)
  }

  #hear(topic: string, text: string): void {
    const [, , kind = ''] = topic.split('/')
    if (kind === 'request' || kind === 'config') return
    this.heard[kind] = (this.heard[kind] ?? 0) + 1
    if (kind === 'health') this.health = JSON.parse(text) as Health
    if (!NUMBERED.has(kind)) return
    const event = JSON.parse(text) as { boot_id: string; seq: number }
    this.#ledger.book(event)
    this.#highest.set(event.boot_id, Math.max(event.seq, this.#highest.get(event.boot_id) ?? 0))
  }
}

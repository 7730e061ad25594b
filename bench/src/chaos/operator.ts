import { randomUUID } from 'node:crypto'
import mqtt, { type MqttClient } from 'mqtt'

/** The default of `gate.hangover_ms`; longer silence within a sentence does no event any harm. */
const HANGOVER_MS = 700

/** Whoever may configure a device from afar, with an MQTT client and nothing else. */
export class Operator {
  #revision = 0

  private constructor(
    private readonly client: MqttClient,
    private readonly deviceId: string,
  ) {}

  static async open(brokerUrl: string, deviceId: string): Promise<Operator> {
    return new Operator(
      await mqtt.connectAsync(brokerUrl, { protocolVersion: 5, reconnectPeriod: 20 }),
      deviceId,
    )
  }

  /** Asks for an agent to be built anew. A broker that is away gets it when it is back. */
  requestRestart(): void {
    this.#publish('request/restart', { transaction: randomUUID() }, false)
  }

  /** Wants a configuration that takes a restart, in a revision above all before. */
  revise(): void {
    this.#revision += 1
    const patch = { gate: { hangover_ms: HANGOVER_MS + this.#revision } }
    this.#publish('config/desired', { revision: this.#revision, patch }, true)
  }

  close(): Promise<void> {
    return this.client.endAsync(true)
  }

  #publish(topic: string, body: object, retain: boolean): void {
    // Its callback brings the error of a client that is closed before the broker is back, which nobody waits for.
    this.client.publish(
      `affectd/${this.deviceId}/${topic}`,
      JSON.stringify(body),
      { qos: 1, retain },
      () => undefined,
    )
  }
}

import mqtt from 'mqtt'
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt'

export interface Heard {
  readonly topic: string
  readonly payload: string
  readonly packet: IPublishPacket
}

/** A plain MQTT client that writes down what it hears and lets a test wait for it. */
export class MqttTap {
  readonly heard: Heard[] = []
  readonly #waiters = new Set<() => void>()

  private constructor(readonly client: MqttClient) {
    client.on('message', (topic, payload, packet) => {
      this.heard.push({ topic, payload: payload.toString(), packet })
      // Once a test's own listeners have had the message, too.
      queueMicrotask(() => {
        for (const check of [...this.#waiters]) check()
      })
    })
  }

  /**
   * @param options `stalledMs`: after so long without an answer it connects and asks again, as it does when it is
   *                refused; undefined: it waits, and a refusal is an error
   */
  static async open(
    url: string,
    filter: string | string[],
    { stalledMs, ...options }: IClientOptions & { readonly stalledMs?: number } = {},
  ): Promise<MqttTap> {
    const client = mqtt.connect(url, { protocolVersion: 5, reconnectPeriod: 20, ...options })
    const tap = new MqttTap(client)
    await new Promise<void>((resolve) => client.once('connect', () => resolve()))
    while (!(await tap.#isGranted(filter, stalledMs)));
    return tap
  }

  async #isGranted(filter: string | string[], stalledMs: number | undefined): Promise<boolean> {
    const stalled = stalledMs && setTimeout(() => this.client.stream.destroy(), stalledMs)
    try {
      await this.client.subscribeAsync(filter, { qos: 1 })
      return true
    } catch (error) {
      if (stalledMs === undefined) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
      return false
    } finally {
      clearTimeout(stalled)
    }
  }

  /** Resolves when what was heard satisfies the test. */
  until(isEnough: (heard: readonly Heard[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isEnough(this.heard)) return
        this.#waiters.delete(check)
        resolve()
      }
      this.#waiters.add(check)
      check()
    })
  }

  /** The first message on a topic, parsed; waits for it. */
  async first(topic: string): Promise<Record<string, unknown>> {
    await this.until((heard) => heard.some((message) => message.topic === topic))
    return JSON.parse(this.heard.find((message) => message.topic === topic)?.payload ?? '') as Record<
      string,
      unknown
    >
  }

  async close(): Promise<void> {
    await this.client.endAsync(true)
  }
}

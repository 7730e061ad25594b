import type { Clock, Timer } from '../../ops/clock.js'
import type { IncomingMessage } from '../link.js'
import type { Message, Publisher } from '../publisher.js'

/** Where Home Assistant says `online` when it starts, whatever its discovery prefix is. */
const BIRTH_TOPIC = 'homeassistant/status'
/** A fleet hears the same birth: its devices answer it spread over this time. */
const SPREAD_MS = 10_000

export interface HomeAssistantOptions {
  readonly publisher: Pick<Publisher, 'publish' | 'subscribe'>
  /** The device's discovery; its topic stays the same. */
  readonly discovery: Message
  readonly prefix: string
  readonly isOn: boolean
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * Keeps the device known to Home Assistant, or unknown.
 *
 * On: its discovery is published at the start and after each birth of Home Assistant. Off: nothing is published, unless
 * the broker still holds a discovery of an earlier run, which is then removed, and with it the entities. The broker
 * itself is asked, by a subscription, so nothing has to be remembered on disk.
 */
export class HomeAssistant {
  #answer: Timer | undefined
  #discovery: Message

  constructor(private readonly options: HomeAssistantOptions) {
    this.#discovery = options.discovery
  }

  /** To be called before the publisher connects. */
  start(): void {
    const { publisher, prefix, isOn } = this.options
    if (!isOn) {
      const removal = { ...this.#discovery, payload: '' }
      publisher.subscribe(removal.topic, ({ payload }) => {
        // The removal comes back to us, too, and is empty.
        if (payload.length > 0) this.#publish(removal)
      })
      return
    }
    this.#publish(this.#discovery)
    for (const topic of new Set([BIRTH_TOPIC, `${prefix}/status`])) {
      publisher.subscribe(topic, (message) => this.#heard(message))
    }
  }

  /** Something that the discovery tells has changed while running: `health.interval_s`, say. */
  update(discovery: Message): void {
    this.#discovery = discovery
    if (this.options.isOn) this.#publish(discovery)
  }

  /** Says it again: a broker may have lost what it retained. */
  repeat(): void {
    if (this.options.isOn) this.#publish(this.#discovery)
  }

  stop(): void {
    this.#answer?.clear()
    this.#answer = undefined
  }

  #heard({ payload, retain }: IncomingMessage): void {
    // A retained birth is of before our connection, which has just published everything anew.
    if (retain || Buffer.from(payload).toString() !== 'online') return
    const { clock, random } = this.options
    this.#answer ??= clock.after(SPREAD_MS * random(), () => {
      this.#answer = undefined
      this.#publish(this.#discovery)
    })
  }

  #publish(message: Message): void {
    // Rejects only once the publisher is closed: then there is nobody to tell.
    this.options.publisher.publish(message).catch(() => undefined)
  }
}

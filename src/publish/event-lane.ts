import type { Clock, Timer } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { backoffDelayMs } from '../backoff.js'
import type { BackoffRange } from '../backoff.js'
import { Delivery } from './delivery.js'
import { refusalFields } from './link.js'
import type { Link, LinkLimits, Refusal } from './link.js'
import type { Outbox, OutboxEntry } from './outbox.js'
import { packetBytes } from './packet-bytes.js'
import type { Message } from './publisher.js'
import { stampOf } from './stamp-of.js'

const WINDOW = 16
/** PUBACK reason codes about the event itself: topic name invalid, packet too large, payload format invalid. */
const HOPELESS = new Set([144, 149, 153])

export interface EventLaneOptions {
  readonly outbox: Outbox
  readonly clock: Clock
  readonly random: () => number
  readonly backoff: BackoffRange
  readonly log: Logger
  /** What may not be said any more, though it was accepted. Default: nothing. */
  readonly isWithheld?: ((message: Message) => boolean) | undefined
  /** The broker begins to refuse events, or takes them again. */
  readonly onRefusing: (isRefusing: boolean) => void
  /** Something was answered or a pause is over: there may be more to send. */
  readonly onProgress: () => void
}

/**
 * Takes events from the outbox to the broker, in order; they leave the outbox when the broker has acknowledged them.
 * After a refusal all events pause, longer each time, since most refusals (rights, quota) are of all alike.
 */
export class EventLane {
  readonly #options: EventLaneOptions
  readonly #delivery = new Delivery(WINDOW)
  #link: Link | undefined
  #maximumPacketBytes = Infinity
  #retainAvailable = true
  #pause: Timer | undefined
  #refusals = 0
  #lastRefusal: string | undefined
  #givenUp = 0
  #answered = 0
  #hasWithheld = false

  constructor(options: EventLaneOptions) {
    this.#options = options
  }

  get inFlight(): number {
    return this.#delivery.inFlight
  }

  /** Events that the broker would never take. */
  get givenUp(): number {
    return this.#givenUp
  }

  /** Events that the broker has taken or refused. */
  get answered(): number {
    return this.#answered
  }

  up(link: Link, limits: LinkLimits): void {
    this.#link = link
    this.#maximumPacketBytes = limits.maximumPacketBytes
    this.#retainAvailable = limits.retainAvailable
  }

  down(): void {
    this.#link = undefined
    this.#delivery.connectionLost()
  }

  close(): void {
    this.down()
    this.#pause?.clear()
  }

  /**
   * Sends what may be sent now. Not to be called again before it resolves.
   *
   * @param room most events that may go out now for the sake of other traffic
   */
  async send(room: number): Promise<void> {
    const link = this.#link
    if (link === undefined || this.#pause !== undefined) return
    const oldest = await this.#options.outbox.oldest(WINDOW)
    if (link !== this.#link || this.#pause !== undefined) return
    for (const entry of this.#delivery.take(oldest, room)) this.#sendOne(link, entry)
  }

  #sendOne(link: Link, entry: OutboxEntry): void {
    const { position } = entry
    if (this.#options.isWithheld?.(entry.message) === true) {
      void this.#withhold(position)
      return
    }
    // A broker that retains nothing would end the connection over an alert that asks for it.
    const message = { ...entry.message, retain: entry.message.retain && this.#retainAvailable }
    const bytes = packetBytes(message)
    if (bytes > this.#maximumPacketBytes) {
      void this.#giveUp(position, `it has ${bytes} bytes, the broker takes ${this.#maximumPacketBytes}`)
      return
    }
    link.publish(message, undefined, (refusal) => {
      if (link !== this.#link) return
      this.#answered += 1
      void (refusal === null ? this.#acknowledged(entry) : this.#refused(position, refusal))
    })
  }

  async #acknowledged({ position, message }: OutboxEntry): Promise<void> {
    // Out of the outbox first: while it counts as in flight it cannot be sent again.
    await this.#options.outbox.remove(position)
    this.#options.log.debug(stampOf(message), 'event acknowledged')
    if (this.#refusals > 0) this.#options.onRefusing(false)
    this.#refusals = 0
    this.#lastRefusal = undefined
    for (const suspect of this.#delivery.acknowledged(position)) {
      await this.#giveUp(suspect, 'it fails again and again while others get through')
    }
    this.#options.onProgress()
  }

  async #refused(position: number, refusal: Refusal): Promise<void> {
    if (HOPELESS.has(refusal.reasonCode)) {
      await this.#giveUp(position, refusal.text)
      return
    }
    this.#delivery.refused(position)
    if (refusal.text !== this.#lastRefusal) {
      const fields = { code: 'PUBLISH_EVENT_REFUSED', ...refusalFields(refusal) }
      this.#options.log.warn(fields, `the broker refuses events: ${refusal.text}; they are kept and retried`)
    }
    this.#lastRefusal = refusal.text
    if (this.#pause !== undefined) return
    const { clock, backoff, random, onProgress } = this.#options
    this.#refusals += 1
    if (this.#refusals === 1) this.#options.onRefusing(true)
    this.#pause = clock.after(backoffDelayMs(this.#refusals, backoff, random), () => {
      this.#pause = undefined
      onProgress()
    })
  }

  async #withhold(position: number): Promise<void> {
    await this.#options.outbox.remove(position)
    this.#delivery.forget(position)
    if (!this.#hasWithheld) {
      this.#options.log.info({}, 'events of before are withheld: privacy.mode does not let them out any more')
    }
    this.#hasWithheld = true
    this.#options.onProgress()
  }

  async #giveUp(position: number, why: string): Promise<void> {
    await this.#options.outbox.remove(position)
    this.#delivery.forget(position)
    this.#givenUp += 1
    this.#options.log.error({ code: 'PUBLISH_EVENT_GIVEN_UP' }, `an event was given up: ${why}`)
    this.#options.onProgress()
  }
}

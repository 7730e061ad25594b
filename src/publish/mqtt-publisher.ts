import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { AckWatch } from './ack-watch.js'
import { DEFAULT_BACKOFF } from '../backoff.js'
import type { BackoffRange } from '../backoff.js'
import { BrokerAddresses } from './broker-addresses.js'
import { EventIntake, publisherClosed } from './event-intake.js'
import { EventLane } from './event-lane.js'
import { Inbox } from './inbox.js'
import type { DownCause, IncomingMessage, Link, LinkLimits, LinkOptions, OpenLink } from './link.js'
import { LinkSupervisor } from './link-supervisor.js'
import { openMqttLink } from './mqtt-client.js'
import type { Outbox } from './outbox.js'
import { PassingLane } from './passing-lane.js'
import type { Presence } from './presence.js'
import type { Message, Publisher, PublisherCounts, RequestHandler } from './publisher.js'
import { ResponseLane } from './response-lane.js'
import { Subscriptions } from './subscriptions.js'
import type { Topics } from './topics.js'

const MAX_IN_FLIGHT = 32
const ACK_SILENCE_MS = 60_000

export interface MqttPublisherOptions {
  readonly broker: Omit<LinkOptions, 'will'>
  /** Further addresses of the same broker, tried in turn when the one before fails. */
  readonly fallbackUrls?: readonly string[]
  /** An agent of this process has run before: what cannot be read or used now is waited for, not refused. */
  readonly isRestart?: boolean
  /** `broker` read anew, for every attempt after the first: secrets and certificates are replaced while we run. */
  readonly rereadBroker?: () => Omit<LinkOptions, 'will'>
  readonly topics: Topics
  readonly presence: Presence
  /** What may not be said any more, though it was accepted. */
  readonly isWithheld?: (message: Message) => boolean
  /** Told when the broker begins to refuse events, and when it takes them again. */
  readonly onRefusing?: (isRefusing: boolean) => void
  /** Another's: it is not closed with the publisher. */
  readonly outbox: Outbox
  /** Whether a full outbox holds `publish` back (file, stdin) or drops its oldest event (a live microphone). */
  readonly whenFull: 'wait' | 'drop_oldest'
  /** Events that a publisher before could not place; those that this one cannot are put there. */
  readonly leftovers?: Message[]
  readonly log: Logger
  readonly clock: Clock
  readonly backoff?: BackoffRange
  /** Time that `close` gives to the farewell. */
  readonly closeTimeoutMs?: number
  /** Uniform in [0, 1). */
  readonly random?: () => number
  readonly openLink?: OpenLink
}

/**
 * Publishes over MQTT. Three lanes share a connection: retained states (newest wins), responses to requests (for as
 * long as the connection lasts) and events (kept in the outbox until acknowledged, sent in order).
 */
export class MqttPublisher implements Publisher {
  readonly #options: MqttPublisherOptions
  readonly #clock: Clock
  readonly #supervisor: LinkSupervisor
  readonly #intake: EventIntake
  readonly #events: EventLane
  readonly #passing: PassingLane
  readonly #ackWatch: AckWatch
  #link: Link | undefined
  #limits: LinkLimits | undefined
  readonly #responses: ResponseLane
  readonly #subscriptions: Subscriptions
  readonly #inbox: Inbox
  #hasTried: boolean
  #isPumping = false
  #pumpAgain = false
  #isClosed = false
  readonly #drains = new Set<() => void>()

  /** @throws {ConfigError} CONFIG_BROKER_URL */
  constructor(options: MqttPublisherOptions) {
    const { presence, outbox, whenFull, leftovers, log } = options
    const shared = {
      clock: options.clock,
      random: options.random ?? Math.random,
      backoff: options.backoff ?? DEFAULT_BACKOFF,
      log,
    }
    const addresses = new BrokerAddresses(options.broker.url, options.fallbackUrls)
    this.#options = options
    this.#hasTried = options.isRestart ?? false
    this.#clock = shared.clock
    this.#subscriptions = new Subscriptions(shared.clock, log)
    this.#responses = new ResponseLane(
      options.topics,
      () => this.#clock.monotonicMs(),
      () => this.#pump(),
    )
    this.#inbox = new Inbox({ ...shared, topics: options.topics, responses: this.#responses })
    this.#passing = new PassingLane({
      ...shared,
      responses: this.#responses,
      onProgress: () => this.#answered(),
      onMore: () => this.#pump(),
    })
    this.#intake = new EventIntake({
      outbox,
      whenFull,
      leftovers,
      log,
      onKept: () => this.#pump(),
      onSettled: () => this.#checkDrains(),
    })
    this.#events = new EventLane({
      ...shared,
      outbox,
      onProgress: () => this.#answered(),
      isWithheld: options.isWithheld,
      onRefusing: (isRefusing) => options.onRefusing?.(isRefusing),
    })
    this.#supervisor = new LinkSupervisor({
      ...shared,
      linkOptions: () => ({ ...this.#broker(), url: addresses.current, will: presence.will() }),
      url: options.broker.url,
      isRestart: options.isRestart ?? false,
      openLink: options.openLink ?? openMqttLink,
      onUp: (link, limits) => this.#up(link, limits),
      onDown: () => {
        addresses.moveOn()
        this.#down()
      },
      onMessage: (message) => {
        if (!this.#isClosed) this.#inbox.accept(message, this.#link)
      },
    })
    this.#ackWatch = new AckWatch(
      this.#clock,
      ACK_SILENCE_MS,
      () => this.#passing.inFlight + this.#events.inFlight,
      () => this.#supervisor.drop(SILENT),
    )
  }

  get counts(): PublisherCounts {
    return {
      outboxDepth: this.#options.outbox.depth,
      outboxDropped: this.#options.outbox.dropped + this.#events.givenUp,
      outboxDroppedBy: this.#options.outbox.droppedBy,
      outboxStore: this.#options.outbox.store,
      reconnects: this.#supervisor.reconnects,
      connected: this.#supervisor.isUp,
      connectAttempts: this.#supervisor.attempts,
      eventsAnswered: this.#events.answered,
    }
  }

  /** @throws {ConfigError} CONFIG_MQTT_TLS */
  start(): void {
    for (const message of this.#options.leftovers?.splice(0) ?? []) void this.publish(message)
    this.#supervisor.start()
  }

  /** @throws {PublishError} PUBLISH_CLOSED */
  publish(message: Message): Promise<void> {
    if (this.#isClosed) return Promise.reject(publisherClosed())
    if (message.kind !== 'state') return this.#intake.take(message)
    this.#passing.set(message)
    this.#pump()
    return Promise.resolve()
  }

  drain(signal: AbortSignal): Promise<number> {
    const left = (): number => this.#options.outbox.depth + this.#intake.waiting + this.#passing.pending
    return new Promise((resolve) => {
      const check = (): void => {
        if (left() > 0 && !signal.aborted) return
        this.#drains.delete(check)
        signal.removeEventListener('abort', check)
        resolve(left())
      }
      this.#drains.add(check)
      signal.addEventListener('abort', check)
      check()
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const kept = this.#intake.close()
    this.#link = undefined
    this.#events.close()
    this.#subscriptions.down()
    this.#ackWatch.stop()
    this.#passing.close()
    const farewell = (link: Link): Promise<void> =>
      new Promise((resolve) => {
        link.publish(this.#options.presence.farewell(), undefined, () => resolve())
      })
    await this.#supervisor.close(farewell, this.#options.closeTimeoutMs ?? 2000)
    // What was handed over before is kept, too.
    await kept
  }

  onRequest(handler: RequestHandler): void {
    this.#responses.handler = handler
  }

  subscribe(topic: string, listener: (message: IncomingMessage) => void): void {
    this.#inbox.listen(topic, listener)
  }

  #broker(): Omit<LinkOptions, 'will'> {
    const { broker, rereadBroker } = this.#options
    return this.#hasTried ? (rereadBroker?.() ?? broker) : broker
  }

  #up(link: Link, limits: LinkLimits): void {
    this.#link = link
    this.#limits = limits
    this.#events.up(link, limits)
    this.#inbox.restart()
    this.#passing.up(link, limits, this.#options.presence.greeting())
    this.#subscriptions.up(link, [
      { filter: this.#options.topics.requests, wantsRetained: false, what: 'requests' },
      ...[...this.#inbox.topics].map((topic) => ({
        filter: topic,
        wantsRetained: true,
        what: `messages on ${topic}`,
      })),
    ])
    this.#pump()
  }

  #down(): void {
    this.#hasTried = true
    this.#link = undefined
    this.#events.down()
    this.#subscriptions.down()
    this.#passing.down()
    this.#ackWatch.stop()
  }

  #answered(): void {
    this.#ackWatch.answered()
    this.#pump()
  }

  /** Sends whatever can be sent; runs once at a time, and once more if called meanwhile. */
  #pump(): void {
    this.#pumpAgain = true
    if (!this.#isPumping) void this.#runPump()
  }

  async #runPump(): Promise<void> {
    this.#isPumping = true
    while (this.#pumpAgain) {
      this.#pumpAgain = false
      this.#passing.send(() => this.#room())
      await this.#events.send(this.#room())
      if (this.#link !== undefined) this.#ackWatch.sent()
    }
    this.#isPumping = false
    this.#checkDrains()
  }

  #checkDrains(): void {
    for (const check of [...this.#drains]) check()
  }

  #room(): number {
    const most = Math.min(MAX_IN_FLIGHT, this.#limits?.receiveMaximum ?? MAX_IN_FLIGHT)
    return most - this.#passing.inFlight - this.#events.inFlight
  }
}

const SILENT: DownCause = { code: 'PUBLISH_UNREACHABLE', text: 'the broker acknowledges nothing' }

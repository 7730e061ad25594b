import { PublishError } from '../errors.js'
import type { Clock, Timer } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { AckWatch } from './ack-watch.js'
import { DEFAULT_BACKOFF } from '../backoff.js'
import type { BackoffRange } from '../backoff.js'
import { BrokerAddresses } from './broker-addresses.js'
import { EventLane } from './event-lane.js'
import { Inbox } from './inbox.js'
import { refusalFields } from './link.js'
import type { DownCause, IncomingMessage, Link, LinkLimits, LinkOptions, OpenLink } from './link.js'
import { LinkSupervisor } from './link-supervisor.js'
import { openMqttLink } from './mqtt-client.js'
import type { Outbox } from './outbox.js'
import { packetBytes } from './packet-bytes.js'
import type { Presence } from './presence.js'
import type { Message, Publication, Publisher, PublisherCounts, RequestHandler } from './publisher.js'
import { ResponseLane } from './response-lane.js'
import { RetainedStates } from './retained-states.js'
import { stampOf } from './stamp-of.js'
import { untilAborted } from '../until.js'
import { Subscriptions } from './subscriptions.js'
import type { Topics } from './topics.js'

const MAX_IN_FLIGHT = 32
const RETRY_REFUSED_STATES_MS = 30_000
const ACK_SILENCE_MS = 60_000
const MAX_SAID = 64

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
  readonly #states = new RetainedStates()
  readonly #events: EventLane
  readonly #ackWatch: AckWatch
  #link: Link | undefined
  #limits: LinkLimits | undefined
  #othersInFlight = 0
  readonly #responses: ResponseLane
  readonly #subscriptions: Subscriptions
  readonly #inbox: Inbox
  #hasTried: boolean
  readonly #saidTooLarge = new Set<string>()
  #isPumping = false
  #pumpAgain = false
  #appending: Promise<void> = Promise.resolve()
  /** Events handed over that the outbox has not taken yet. */
  #onTheirWay = 0
  #stateRetry: Timer | undefined
  #isClosed = false
  readonly #closing = new AbortController()
  readonly #drains = new Set<() => void>()

  /** @throws {ConfigError} CONFIG_BROKER_URL */
  constructor(options: MqttPublisherOptions) {
    const { presence, outbox, log } = options
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
    this.#events = new EventLane({
      ...shared,
      outbox,
      onProgress: () => this.#answered(),
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
      () => this.#othersInFlight + this.#events.inFlight,
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
    }
  }

  /** @throws {ConfigError} CONFIG_MQTT_TLS */
  start(): void {
    for (const message of this.#options.leftovers?.splice(0) ?? []) void this.publish(message)
    this.#supervisor.start()
  }

  /** @throws {PublishError} PUBLISH_CLOSED */
  publish(message: Message): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError())
    if (message.kind === 'state') {
      this.#states.set(message)
      this.#pump()
      return Promise.resolve()
    }
    // One after another: the order of the calls is the order of the events, however long one waits for space.
    const accepted = this.#appending.then(() => this.#append(message))
    this.#onTheirWay += 1
    this.#appending = accepted
      .catch(() => undefined)
      .then(() => {
        this.#onTheirWay -= 1
        for (const check of this.#drains) check()
      })
    return accepted
  }

  drain(signal: AbortSignal): Promise<number> {
    const left = (): number => this.#options.outbox.depth + this.#onTheirWay + this.#states.pending
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
    this.#closing.abort()
    this.#link = undefined
    this.#events.close()
    this.#subscriptions.down()
    this.#ackWatch.stop()
    this.#stateRetry?.clear()
    const farewell = (link: Link): Promise<void> =>
      new Promise((resolve) => {
        link.publish(this.#options.presence.farewell(), undefined, () => resolve())
      })
    await this.#supervisor.close(farewell, this.#options.closeTimeoutMs ?? 2000)
    // What was handed over before is kept, too.
    await this.#appending
  }

  onRequest(handler: RequestHandler): void {
    this.#responses.handler = handler
  }

  subscribe(topic: string, listener: (message: IncomingMessage) => void): void {
    this.#inbox.listen(topic, listener)
  }

  async #append(message: Message): Promise<void> {
    const { outbox, whenFull, log } = this.#options
    if (whenFull === 'wait' && !outbox.hasSpace) {
      await untilAborted(outbox.waitForSpace(), this.#closing.signal)
      if (!outbox.hasSpace && this.#isClosed) return this.#leave(message)
    }
    await outbox.append(message)
    log.debug(stampOf(message), 'event accepted')
    this.#pump()
  }

  /** There is no room for it now: whoever publishes next takes it up. */
  #leave(message: Message): void {
    const { leftovers } = this.#options
    if (leftovers === undefined) throw closedError()
    leftovers.push(message)
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
    this.#states.restart(this.#options.presence.greeting())
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
    this.#othersInFlight = 0
    this.#responses.clear()
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
      this.#sendStates()
      this.#sendResponses()
      await this.#events.send(this.#room())
      if (this.#link !== undefined) this.#ackWatch.sent()
    }
    this.#isPumping = false
    for (const check of [...this.#drains]) check()
  }

  #room(): number {
    const most = Math.min(MAX_IN_FLIGHT, this.#limits?.receiveMaximum ?? MAX_IN_FLIGHT)
    return most - this.#othersInFlight - this.#events.inFlight
  }

  #sendStates(): void {
    while (this.#link !== undefined && this.#room() > 0) {
      const message = this.#states.take()
      if (message === undefined) return
      if (!this.#fits(message)) {
        this.#states.done(message, false)
        continue
      }
      const retain = this.#limits?.retainAvailable ?? true
      this.#sendOther({ ...message, retain }, undefined, (isRefused) => {
        this.#states.done(message, isRefused)
        if (isRefused) this.#retryStatesLater()
      })
    }
  }

  #sendResponses(): void {
    while (this.#link !== undefined && this.#room() > 0) {
      const response = this.#responses.take()
      if (response === undefined) return
      const { message, correlationData } = response
      const isTooLarge = !this.#fits(message, correlationData)
      this.#sendOther(isTooLarge ? tooLargeResponse(message) : message, correlationData, () =>
        this.#responses.done(),
      )
    }
  }

  /** A packet above what the broker takes would end the connection, and the next, and the next. */
  #fits(message: Publication, correlationData?: Uint8Array): boolean {
    const bytes = packetBytes(message, correlationData)
    const most = this.#limits?.maximumPacketBytes ?? Infinity
    if (bytes <= most) return true
    const fields = { code: 'PUBLISH_TOO_LARGE', topic: message.topic, bytes, broker_takes: most }
    const text = 'a message is larger than the broker takes, and is left out'
    if (this.#saidTooLarge.has(message.topic)) this.#options.log.debug(fields, text)
    else this.#options.log.warn(fields, text)
    if (this.#saidTooLarge.size < MAX_SAID) this.#saidTooLarge.add(message.topic)
    return false
  }

  #sendOther(
    message: Publication,
    correlationData: Uint8Array | undefined,
    onDone: (isRefused: boolean) => void,
  ): void {
    const link = this.#link
    this.#othersInFlight += 1
    link?.publish(message, correlationData, (refusal) => {
      if (link !== this.#link) return
      this.#othersInFlight -= 1
      if (refusal !== null) {
        const fields = { code: 'PUBLISH_STATE_REFUSED', topic: message.topic, ...refusalFields(refusal) }
        this.#options.log.debug(fields, `the broker refuses a message: ${refusal.text}`)
      }
      onDone(refusal !== null)
      this.#answered()
    })
  }

  #retryStatesLater(): void {
    this.#stateRetry ??= this.#clock.after(RETRY_REFUSED_STATES_MS, () => {
      this.#stateRetry = undefined
      this.#states.retryRefused()
      this.#pump()
    })
  }
}

const SILENT: DownCause = { code: 'PUBLISH_UNREACHABLE', text: 'the broker acknowledges nothing' }

function tooLargeResponse({ payload, ...message }: Publication): Publication {
  const { transaction } = JSON.parse(payload) as { transaction: unknown }
  const error = { code: 'PUBLISH_TOO_LARGE', message: 'the broker does not take a response of that size' }
  return { ...message, payload: JSON.stringify({ transaction, status: 'error', error }) }
}

function closedError(): PublishError {
  return new PublishError('PUBLISH_CLOSED', 'the publisher is closed: nothing more can be published')
}

import { PublishError } from '../errors.js'
import type { Clock, Timer } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { AckWatch } from './ack-watch.js'
import { DEFAULT_BACKOFF } from '../backoff.js'
import type { BackoffRange } from '../backoff.js'
import { EventLane } from './event-lane.js'
import type { DownCause, IncomingMessage, Link, LinkLimits, LinkOptions, OpenLink, Refusal } from './link.js'
import { LinkSupervisor } from './link-supervisor.js'
import { openMqttLink } from './mqtt-client.js'
import type { Outbox } from './outbox.js'
import type { Presence } from './presence.js'
import type { Message, Publication, Publisher, PublisherCounts, RequestHandler } from './publisher.js'
import { ResponseLane } from './response-lane.js'
import { RetainedStates } from './retained-states.js'
import { stampOf } from './stamp-of.js'
import type { Topics } from './topics.js'

const MAX_IN_FLIGHT = 32
const RETRY_REFUSED_STATES_MS = 30_000
const ACK_SILENCE_MS = 60_000
/** A flood of requests fills no log. */
const SAY_DROPPED_EVERY_MS = 60_000

export interface MqttPublisherOptions {
  readonly broker: Omit<LinkOptions, 'will'>
  readonly topics: Topics
  readonly presence: Presence
  readonly outbox: Outbox
  /** Whether a full outbox holds `publish` back (file, stdin) or drops its oldest event (a live microphone). */
  readonly whenFull: 'wait' | 'drop_oldest'
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
  readonly #listeners = new Map<string, (message: IncomingMessage) => void>()
  #isPumping = false
  #pumpAgain = false
  #appending: Promise<void> = Promise.resolve()
  /** Events handed over that the outbox has not taken yet. */
  #onTheirWay = 0
  #stateRetry: Timer | undefined
  #requestsSaidDropped = 0
  #saidDroppedAtMs = -Infinity
  #isClosed = false
  readonly #drains = new Set<() => void>()

  /** @throws {ConfigError} CONFIG_BROKER_URL */
  constructor(options: MqttPublisherOptions) {
    const { broker, presence, outbox, log } = options
    const shared = {
      clock: options.clock,
      random: options.random ?? Math.random,
      backoff: options.backoff ?? DEFAULT_BACKOFF,
      log,
    }
    this.#options = options
    this.#clock = shared.clock
    this.#responses = new ResponseLane(options.topics, () => this.#pump())
    this.#events = new EventLane({ ...shared, outbox, onProgress: () => this.#answered() })
    this.#supervisor = new LinkSupervisor({
      ...shared,
      linkOptions: () => ({ ...broker, will: presence.will() }),
      openLink: options.openLink ?? openMqttLink,
      onUp: (link, limits) => this.#up(link, limits),
      onDown: () => this.#down(),
      onMessage: (message) => {
        const listener = this.#listeners.get(message.topic)
        if (listener !== undefined) listener(message)
        else this.#responses.accept(message)
        this.#sayDropped()
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
    this.#link = undefined
    this.#events.close()
    this.#ackWatch.stop()
    this.#stateRetry?.clear()
    const farewell = (link: Link): Promise<void> =>
      new Promise((resolve) => {
        link.publish(this.#options.presence.farewell(), undefined, () => resolve())
      })
    await this.#supervisor.close(farewell, this.#options.closeTimeoutMs ?? 2000)
    await this.#options.outbox.close()
  }

  onRequest(handler: RequestHandler): void {
    this.#responses.handler = handler
  }

  subscribe(topic: string, listener: (message: IncomingMessage) => void): void {
    this.#listeners.set(topic, listener)
  }

  async #append(message: Message): Promise<void> {
    const { outbox, whenFull, log } = this.#options
    if (whenFull === 'wait') await outbox.waitForSpace()
    if (this.#isClosed) throw closedError()
    await outbox.append(message)
    log.debug(stampOf(message), 'event accepted')
    this.#pump()
  }

  #up(link: Link, limits: LinkLimits): void {
    this.#link = link
    this.#limits = limits
    this.#events.up(link, limits)
    this.#states.restart(this.#options.presence.greeting())
    const { topics, log } = this.#options
    const refused = (what: string) => (refusal: Refusal | null) => {
      if (refusal === null) return
      const fields = { code: 'PUBLISH_SUBSCRIBE_REFUSED', reason_code: refusal.reasonCode }
      log.warn(fields, `the broker lets no ${what} through: ${refusal.text}`)
    }
    link.subscribe([topics.requests], false, refused('requests'))
    for (const topic of this.#listeners.keys()) link.subscribe([topic], true, refused(`messages on ${topic}`))
    this.#pump()
  }

  #down(): void {
    this.#link = undefined
    this.#events.down()
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
      this.#ackWatch.sent()
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
      this.#sendOther(response.message, response.correlationData, () => this.#responses.done())
    }
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
        const fields = {
          code: 'PUBLISH_STATE_REFUSED',
          topic: message.topic,
          reason_code: refusal.reasonCode,
        }
        this.#options.log.debug(fields, `the broker refuses a message: ${refusal.text}`)
      }
      onDone(refusal !== null)
      this.#answered()
    })
  }

  #sayDropped(): void {
    const { dropped } = this.#responses
    const now = this.#clock.monotonicMs()
    if (dropped === this.#requestsSaidDropped || now - this.#saidDroppedAtMs < SAY_DROPPED_EVERY_MS) return
    this.#requestsSaidDropped = dropped
    this.#saidDroppedAtMs = now
    const fields = { code: 'PUBLISH_REQUESTS_DROPPED', count: dropped }
    this.#options.log.warn(fields, 'requests go unanswered: they are too large or come too fast')
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

function closedError(): PublishError {
  return new PublishError('PUBLISH_CLOSED', 'the publisher is closed: nothing more can be published')
}

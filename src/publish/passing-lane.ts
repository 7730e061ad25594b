import type { Clock, Timer } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import type { Link, LinkLimits } from './link.js'
import { refusalFields } from './link.js'
import { packetBytes } from './packet-bytes.js'
import type { Message, Publication } from './publisher.js'
import type { ResponseLane } from './response-lane.js'
import { RetainedStates } from './retained-states.js'

const RETRY_REFUSED_MS = 30_000
/** Topics remembered as said to be too large. */
const MAX_SAID = 64

export interface PassingLaneOptions {
  readonly responses: ResponseLane
  readonly clock: Clock
  readonly log: Logger
  /** Something was answered. */
  readonly onProgress: () => void
  /** There may be more to send. */
  readonly onMore: () => void
}

/** Takes what needs no outbox to the broker: states, of which the newest counts, and responses, which end with a connection. */
export class PassingLane {
  readonly #options: PassingLaneOptions
  readonly #states = new RetainedStates()
  readonly #saidTooLarge = new Set<string>()
  #link: Link | undefined
  #limits: LinkLimits | undefined
  #inFlight = 0
  #retry: Timer | undefined

  constructor(options: PassingLaneOptions) {
    this.#options = options
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** States that the broker has yet to be told. */
  get pending(): number {
    return this.#states.pending
  }

  set(state: Message): void {
    this.#states.set(state)
  }

  /** @param greeting said before all else */
  up(link: Link, limits: LinkLimits, greeting: Message): void {
    this.#link = link
    this.#limits = limits
    this.#states.restart(greeting)
  }

  down(): void {
    this.#link = undefined
    this.#inFlight = 0
    this.#options.responses.clear()
  }

  close(): void {
    this.#link = undefined
    this.#retry?.clear()
  }

  /** @param room how many more may be in flight, now */
  send(room: () => number): void {
    this.#sendStates(room)
    this.#sendResponses(room)
  }

  #sendStates(room: () => number): void {
    while (this.#link !== undefined && room() > 0) {
      const message = this.#states.take()
      if (message === undefined) return
      if (!this.#fits(message)) {
        this.#states.done(message, false)
        continue
      }
      const retain = this.#limits?.retainAvailable ?? true
      this.#publish({ ...message, retain }, undefined, (isRefused) => {
        this.#states.done(message, isRefused)
        if (isRefused) this.#retryLater()
      })
    }
  }

  #sendResponses(room: () => number): void {
    const { responses } = this.#options
    while (this.#link !== undefined && room() > 0) {
      const response = responses.take()
      if (response === undefined) return
      const { message, correlationData } = response
      const fitting = this.#fits(message, correlationData) ? message : tooLargeResponse(message)
      this.#publish(fitting, correlationData, () => responses.done())
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

  #publish(
    message: Publication,
    correlationData: Uint8Array | undefined,
    onDone: (isRefused: boolean) => void,
  ): void {
    const link = this.#link
    this.#inFlight += 1
    link?.publish(message, correlationData, (refusal) => {
      if (link !== this.#link) return
      this.#inFlight -= 1
      if (refusal !== null) {
        const fields = { code: 'PUBLISH_STATE_REFUSED', topic: message.topic, ...refusalFields(refusal) }
        this.#options.log.debug(fields, `the broker refuses a message: ${refusal.text}`)
      }
      onDone(refusal !== null)
      this.#options.onProgress()
    })
  }

  #retryLater(): void {
    this.#retry ??= this.#options.clock.after(RETRY_REFUSED_MS, () => {
      this.#retry = undefined
      this.#states.retryRefused()
      this.#options.onMore()
    })
  }
}

function tooLargeResponse({ payload, ...message }: Publication): Publication {
  const { transaction } = JSON.parse(payload) as { transaction: unknown }
  const error = { code: 'PUBLISH_TOO_LARGE', message: 'the broker does not take a response of that size' }
  return { ...message, payload: JSON.stringify({ transaction, status: 'error', error }) }
}

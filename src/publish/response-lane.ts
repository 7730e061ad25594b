import type { IncomingMessage } from './link.js'
import type { Publication, RequestHandler } from './publisher.js'
import { RateLimit } from './rate-limit.js'
import { REQUEST_MAX_BYTES } from './requests.js'
import type { Topics } from './topics.js'

const MAX_UNANSWERED = 64
/** Far more than people and dashboards ask for. */
const MAX_PER_S = 20

export interface Response {
  readonly message: Publication
  /** Echoed, so that the requester can tell its responses apart (MQTT 5). */
  readonly correlationData: Uint8Array | undefined
}

/** Requests in, responses out, for as long as a connection lasts; bounded, so that a flood costs nothing but itself. */
export class ResponseLane {
  handler: RequestHandler | undefined
  #waiting: Response[] = []
  /** Being worked on, by the connection that they came over. */
  #pending = new Set<symbol>()
  #inFlight = 0
  #dropped = 0
  readonly #rate = new RateLimit(MAX_UNANSWERED, MAX_PER_S)

  /** @param onResponse there is a response to send */
  constructor(
    private readonly topics: Topics,
    private readonly monotonicMs: () => number,
    private readonly onResponse: () => void,
  ) {}

  /** Requests that were too large or came too fast, since the start. */
  get dropped(): number {
    return this.#dropped
  }

  /** Passes over what is no request, and drops what is too much. */
  accept({ topic, payload, retain, responseTopic, correlationData }: IncomingMessage): void {
    const verb = this.topics.verbOf(topic)
    // A retained request was made before we were there to hear it, and would come again at every connection.
    if (verb === undefined || retain || this.handler === undefined) return
    const isTooMuch = payload.length > REQUEST_MAX_BYTES || this.#unanswered >= MAX_UNANSWERED
    if (isTooMuch || !this.#rate.take(this.monotonicMs())) {
      this.#dropped += 1
      return
    }
    const ticket = Symbol(verb)
    this.#pending.add(ticket)
    void this.handler({ verb, payload, responseTopic, correlationData }).then((message) => {
      // Cleared meanwhile: whoever asked is gone with the connection.
      if (!this.#pending.delete(ticket) || message === null) return
      this.#waiting.push({ message, correlationData })
      this.onResponse()
    })
  }

  /** The next response to send, in flight from here on. */
  take(): Response | undefined {
    const response = this.#waiting.shift()
    if (response !== undefined) this.#inFlight += 1
    return response
  }

  /** One that was taken has been answered by the broker. */
  done(): void {
    this.#inFlight -= 1
  }

  /** The connection is gone, and with it whoever waited. */
  clear(): void {
    this.#waiting = []
    this.#pending.clear()
    this.#inFlight = 0
  }

  get #unanswered(): number {
    return this.#pending.size + this.#waiting.length + this.#inFlight
  }
}

import type { IncomingMessage } from './link.js'
import type { Publication, RequestHandler } from './publisher.js'
import { REQUEST_MAX_BYTES } from './requests.js'
import type { Topics } from './topics.js'

const MAX_UNANSWERED = 64

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

  /** @param onResponse there is a response to send */
  constructor(
    private readonly topics: Topics,
    private readonly onResponse: () => void,
  ) {}

  /** Requests that were too large or came too fast, since the start. */
  get dropped(): number {
    return this.#dropped
  }

  /** @returns false if it is no request, or one that is dropped */
  accept({ topic, payload, retain, responseTopic, correlationData }: IncomingMessage): boolean {
    const verb = this.topics.verbOf(topic)
    // A retained request was made before we were there to hear it, and would come again at every connection.
    if (verb === undefined || retain || this.handler === undefined) return false
    if (payload.length > REQUEST_MAX_BYTES || this.#unanswered >= MAX_UNANSWERED) {
      this.#dropped += 1
      return false
    }
    const answer = this.handler({ verb, payload, responseTopic, correlationData })
    if (!(answer instanceof Promise)) this.#queue(answer, correlationData)
    else {
      const ticket = Symbol(verb)
      this.#pending.add(ticket)
      void answer.then((message) => {
        // Cleared meanwhile: whoever asked is gone with the connection.
        if (this.#pending.delete(ticket)) this.#queue(message, correlationData)
      })
    }
    return true
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

  #queue(message: Publication | null, correlationData: Uint8Array | undefined): void {
    if (message === null) return
    this.#waiting.push({ message, correlationData })
    this.onResponse()
  }
}

import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import type { IncomingMessage, Link } from './link.js'
import { RepeatFilter } from './repeat-filter.js'
import type { ResponseLane } from './response-lane.js'
import type { Topics } from './topics.js'

/** A flood of requests fills no log. */
const SAY_DROPPED_EVERY_MS = 60_000
/** Topics told to the broker as unwanted on one connection; beyond them a flood is not answered, it is not heard. */
const MAX_STRAYS = 16

export interface InboxOptions {
  readonly topics: Topics
  readonly responses: ResponseLane
  readonly clock: Clock
  readonly log: Logger
}

/** Takes what comes from the broker, all of it hostile until checked, to whoever listens for it. */
export class Inbox {
  readonly #listeners = new Map<string, (message: IncomingMessage) => void>()
  readonly #repeats = new RepeatFilter()
  readonly #strays = new Set<string>()
  #saidDropped = 0
  #saidAtMs = -Infinity

  constructor(private readonly options: InboxOptions) {}

  /** Topics that somebody listens to, requests apart. */
  get topics(): readonly string[] {
    return [...this.#listeners.keys()]
  }

  listen(topic: string, listener: (message: IncomingMessage) => void): void {
    this.#listeners.set(topic, listener)
  }

  /** A new connection: what a kept session still holds is not known. */
  restart(): void {
    this.#strays.clear()
  }

  accept(message: IncomingMessage, link: Link | undefined): void {
    const { topics, responses } = this.options
    const listener = this.#listeners.get(message.topic)
    if (listener === undefined && topics.verbOf(message.topic) === undefined) {
      this.#refuse(message.topic, link)
      return
    }
    if (this.#repeats.isRepeat(message)) return
    if (listener !== undefined) this.#tell(listener, message)
    else responses.accept(message)
    this.#sayDropped()
  }

  /** What somebody sends us must not be able to end us, whatever bug of ours it finds. */
  #tell(listener: (message: IncomingMessage) => void, message: IncomingMessage): void {
    try {
      listener(message)
    } catch (err) {
      const fields = { err, code: 'INTERNAL_LISTENER', topic: message.topic }
      this.options.log.error(fields, 'a message that was received could not be dealt with')
    }
  }

  /** Nobody wants it: a subscription of an earlier configuration, which the kept session still holds. */
  #refuse(topic: string, link: Link | undefined): void {
    if (this.#strays.has(topic) || this.#strays.size >= MAX_STRAYS) return
    this.#strays.add(topic)
    link?.unsubscribe([topic])
  }

  #sayDropped(): void {
    const { responses, clock, log } = this.options
    const { dropped } = responses
    const now = clock.monotonicMs()
    if (dropped === this.#saidDropped || now - this.#saidAtMs < SAY_DROPPED_EVERY_MS) return
    this.#saidDropped = dropped
    this.#saidAtMs = now
    const fields = { code: 'PUBLISH_REQUESTS_DROPPED', count: dropped }
    log.warn(fields, 'requests go unanswered: they are too large or come too fast')
  }
}

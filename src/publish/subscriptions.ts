import type { Clock, Timer } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { refusalFields } from './link.js'
import type { Link } from './link.js'

const RETRY_MS = 5000

export interface Subscription {
  readonly filter: string
  /** Whether what the broker keeps of it is to come at once. */
  readonly wantsRetained: boolean
  /** What it is, for the log. */
  readonly what: string
}

/**
 * Subscribes on every connection, and goes on asking for what is refused: a cluster that elects a new leader refuses for
 * some seconds what it grants afterwards, and rights can be granted later.
 */
export class Subscriptions {
  #link: Link | undefined
  readonly #retries = new Set<Timer>()
  readonly #said = new Set<string>()

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  up(link: Link, subscriptions: readonly Subscription[]): void {
    this.#link = link
    for (const subscription of subscriptions) this.#ask(link, subscription)
  }

  down(): void {
    this.#link = undefined
    for (const retry of this.#retries) retry.clear()
    this.#retries.clear()
  }

  #ask(link: Link, subscription: Subscription): void {
    const { filter, wantsRetained, what } = subscription
    link.subscribe([filter], wantsRetained, (refusal) => {
      if (refusal === null || link !== this.#link) return
      const fields = { code: 'PUBLISH_SUBSCRIBE_REFUSED', ...refusalFields(refusal) }
      const text = `the broker lets no ${what} through: ${refusal.text}; asking again`
      // Rights that are missing are missing at every connection.
      if (this.#said.has(text)) this.log.debug(fields, text)
      else this.log.warn(fields, text)
      this.#said.add(text)
      const retry = this.clock.after(RETRY_MS, () => {
        this.#retries.delete(retry)
        this.#ask(link, subscription)
      })
      this.#retries.add(retry)
    })
  }
}

import type { Clock, Timer } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
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

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  up(link: Link, subscriptions: readonly Subscription[]): void {
    this.#link = link
    for (const subscription of subscriptions) this.#ask(link, subscription, true)
  }

  down(): void {
    this.#link = undefined
    for (const retry of this.#retries) retry.clear()
    this.#retries.clear()
  }

  #ask(link: Link, subscription: Subscription, isFirst: boolean): void {
    const { filter, wantsRetained, what } = subscription
    link.subscribe([filter], wantsRetained, (refusal) => {
      if (refusal === null || link !== this.#link) return
      if (isFirst) {
        const fields = { code: 'PUBLISH_SUBSCRIBE_REFUSED', reason_code: refusal.reasonCode }
        this.log.warn(fields, `the broker lets no ${what} through: ${refusal.text}; asking again`)
      }
      const retry = this.clock.after(RETRY_MS, () => {
        this.#retries.delete(retry)
        this.#ask(link, subscription, false)
      })
      this.#retries.add(retry)
    })
  }
}

import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import type { OutboxDrops } from './publisher.js'

export type DropCause = keyof OutboxDrops

export const NO_DROPS: OutboxDrops = { count: 0, bytes: 0, age: 0, unreadable: 0 }

/** Days without a broker fill no log. */
const SAY_EVERY_MS = 60_000

/** Counts what an outbox loses, by cause, and says so at most once a minute. */
export class DropCounter {
  #by = { ...NO_DROPS }
  #said = 0
  #saidAtMs = -Infinity

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  get by(): OutboxDrops {
    return { ...this.#by }
  }

  get total(): number {
    return Object.values(this.#by).reduce((sum, count) => sum + count, 0)
  }

  add(cause: DropCause, count = 1): void {
    if (count === 0) return
    this.#by[cause] += count
    if (this.clock.monotonicMs() - this.#saidAtMs >= SAY_EVERY_MS) this.say()
  }

  /** What has not been said yet, if there is any. */
  say(): void {
    if (this.total === this.#said) return
    const lost = this.total - this.#said
    this.#said = this.total
    this.#saidAtMs = this.clock.monotonicMs()
    const fields = { code: 'PUBLISH_OUTBOX_DROPPED', count: lost, since_start: this.by }
    this.log.warn(fields, 'events were dropped from the outbox: it is full, or they are too old or damaged')
  }
}

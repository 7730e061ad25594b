import { MemoryQueue } from './memory-queue.js'
import { excess } from './outbox-bounds.js'
import { NO_DROPS } from './outbox-drops.js'
import type { Outbox, OutboxEntry } from './outbox.js'
import type { Message, OutboxDrops } from './publisher.js'

export const DEFAULT_OUTBOX_LIMIT = 10_000

/** An outbox that lasts as long as the process, bounded by count alone. */
export class MemoryOutbox implements Outbox {
  readonly store = 'memory'
  readonly #queue = new MemoryQueue()
  #nextPosition = 1
  #dropped = 0
  #isClosed = false
  #wakeWaiter: (() => void) | undefined

  /** @param limit most events kept, ≥ 1 */
  constructor(readonly limit: number = DEFAULT_OUTBOX_LIMIT) {}

  get depth(): number {
    return this.#queue.total
  }

  get hasSpace(): boolean {
    return this.#queue.total < this.limit
  }

  get dropped(): number {
    return this.#dropped
  }

  get droppedBy(): OutboxDrops {
    return { ...NO_DROPS, count: this.#dropped }
  }

  /** Memory is where it should be. */
  onStoreChange(): void {
    return
  }

  open(): Promise<void> {
    return Promise.resolve()
  }

  append(message: Message): Promise<void> {
    const { kind } = message
    if (kind === 'state') return Promise.resolve()
    // Neither size nor age bounds it.
    this.#queue.add({ position: this.#nextPosition++, message: { ...message, kind }, stampMs: 0, bytes: 0 })
    const surplus = excess(this.#queue, { maxEvents: this.limit, maxBytes: Infinity, maxAgeMs: 0 })
    const victim = surplus === null ? undefined : this.#queue.oldestOf(surplus.kind)
    if (victim !== undefined) {
      this.#queue.remove(victim.position)
      this.#dropped += 1
    }
    return Promise.resolve()
  }

  waitForSpace(): Promise<void> {
    if (this.hasSpace || this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wakeWaiter = resolve
    })
  }

  oldest(count: number): Promise<readonly OutboxEntry[]> {
    return Promise.resolve(this.#queue.oldest(count))
  }

  remove(position: number): Promise<void> {
    if (this.#queue.remove(position) !== undefined) this.#wake()
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    return Promise.resolve()
  }

  #wake(): void {
    const wake = this.#wakeWaiter
    this.#wakeWaiter = undefined
    wake?.()
  }
}

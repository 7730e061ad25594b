import { NO_DROPS } from './outbox-drops.js'
import type { Outbox, OutboxEntry } from './outbox.js'
import type { Message, OutboxDrops } from './publisher.js'

export const DEFAULT_OUTBOX_LIMIT = 10_000

/** An outbox that lasts as long as the process, bounded by count alone. */
export class MemoryOutbox implements Outbox {
  readonly store = 'memory'
  // A Map iterates in order of insertion, which is order of position, and deletes anywhere in constant time.
  readonly #entries = new Map<number, OutboxEntry>()
  #nextPosition = 1
  #dropped = 0
  #isClosed = false
  #wakeWaiter: (() => void) | undefined

  /** @param limit most events kept, ≥ 1 */
  constructor(readonly limit: number = DEFAULT_OUTBOX_LIMIT) {}

  get depth(): number {
    return this.#entries.size
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
    const position = this.#nextPosition++
    this.#entries.set(position, { position, message })
    if (this.#entries.size > this.limit) {
      this.#entries.delete(this.#leastWanted())
      this.#dropped += 1
    }
    return Promise.resolve()
  }

  get hasSpace(): boolean {
    return this.#entries.size < this.limit
  }

  waitForSpace(): Promise<void> {
    if (this.hasSpace || this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wakeWaiter = resolve
    })
  }

  oldest(count: number): Promise<readonly OutboxEntry[]> {
    const found: OutboxEntry[] = []
    for (const entry of this.#entries.values()) {
      if (found.length >= count) break
      found.push(entry)
    }
    return Promise.resolve(found)
  }

  remove(position: number): Promise<void> {
    if (this.#entries.delete(position)) this.#wake()
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    return Promise.resolve()
  }

  /** Position of the oldest event, or of the oldest alert where there is no event. */
  #leastWanted(): number {
    let oldest: number | undefined
    for (const { position, message } of this.#entries.values()) {
      if (message.kind !== 'alert') return position
      oldest ??= position
    }
    return oldest ?? 0
  }

  #wake(): void {
    const wake = this.#wakeWaiter
    this.#wakeWaiter = undefined
    wake?.()
  }
}

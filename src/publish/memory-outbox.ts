import type { Outbox, OutboxEntry } from './outbox.js'
import type { Message } from './publisher.js'

export const DEFAULT_OUTBOX_LIMIT = 10_000

/** An outbox that lasts as long as the process. */
export class MemoryOutbox implements Outbox {
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

  append(message: Message): Promise<void> {
    if (this.#entries.size >= this.limit) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest)
        this.#dropped += 1
        break
      }
    }
    const position = this.#nextPosition++
    this.#entries.set(position, { position, message })
    return Promise.resolve()
  }

  waitForSpace(): Promise<void> {
    if (this.#entries.size < this.limit || this.#isClosed) return Promise.resolve()
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

  #wake(): void {
    const wake = this.#wakeWaiter
    this.#wakeWaiter = undefined
    wake?.()
  }
}

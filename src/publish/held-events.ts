import type { EventKind, StoredEvent } from './event-store.js'
import { MemoryQueue } from './memory-queue.js'
import { StoredQueue } from './stored-queue.js'

/** All events of a disk outbox as one queue: those in the store, and behind them those that could not be written. */
export class HeldEvents {
  readonly stored = new StoredQueue()
  readonly waiting = new MemoryQueue()

  /** @param onFault told why the store could not be read */
  constructor(private readonly onFault: (error: unknown) => void) {}

  get total(): number {
    return this.stored.total + this.waiting.total
  }

  get count(): Readonly<Record<EventKind, number>> {
    return sum(this.stored.count, this.waiting.count)
  }

  get bytes(): Readonly<Record<EventKind, number>> {
    return sum(this.stored.bytes, this.waiting.bytes)
  }

  async oldest(count: number): Promise<readonly StoredEvent[]> {
    const stored = await this.#read(() => this.stored.oldest(count), [])
    // Those in memory are younger: none of them goes before one that is stored, readable now or not.
    if (stored.length < Math.min(count, this.stored.total)) return stored
    return [...stored, ...this.waiting.oldest(count - stored.length)]
  }

  async oldestOf(kind: EventKind): Promise<StoredEvent | undefined> {
    const stored = await this.#read(() => this.stored.oldestOf(kind), undefined)
    return stored ?? this.waiting.oldestOf(kind)
  }

  async find(position: number): Promise<StoredEvent | undefined> {
    return this.waiting.get(position) ?? (await this.#read(() => this.stored.find(position), undefined))
  }

  /** The event is delivered or dropped; what the store has of it is to be deleted. */
  forget(event: StoredEvent): void {
    const { position, message } = event
    if (this.waiting.remove(position) !== undefined) return
    this.stored.removed(event)
    this.stored.deleteLater({ position, kind: message.kind })
  }

  async #read<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await read()
    } catch (error) {
      this.onFault(error)
      return otherwise
    }
  }
}

function sum(
  a: Readonly<Record<EventKind, number>>,
  b: Readonly<Record<EventKind, number>>,
): Readonly<Record<EventKind, number>> {
  return { event: a.event + b.event, alert: a.alert + b.alert }
}

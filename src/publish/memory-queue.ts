import type { EventKind, StoredEvent } from './event-store.js'

/** Events in order, in memory. */
export class MemoryQueue {
  readonly count = { event: 0, alert: 0 }
  readonly bytes = { event: 0, alert: 0 }
  // A Map iterates in order of insertion, which is order of position, and deletes anywhere in constant time.
  readonly #events = new Map<number, StoredEvent>()

  get total(): number {
    return this.#events.size
  }

  add(event: StoredEvent): void {
    this.#events.set(event.position, event)
    this.count[event.message.kind] += 1
    this.bytes[event.message.kind] += event.bytes
  }

  get(position: number): StoredEvent | undefined {
    return this.#events.get(position)
  }

  /** @returns what was there */
  remove(position: number): StoredEvent | undefined {
    const event = this.#events.get(position)
    if (event === undefined) return undefined
    this.#events.delete(position)
    this.count[event.message.kind] -= 1
    this.bytes[event.message.kind] -= event.bytes
    return event
  }

  oldest(count: number): readonly StoredEvent[] {
    const found: StoredEvent[] = []
    for (const event of this.#events.values()) {
      if (found.length >= count) break
      found.push(event)
    }
    return found
  }

  oldestOf(kind: EventKind): StoredEvent | undefined {
    if (this.count[kind] === 0) return undefined
    for (const event of this.#events.values()) if (event.message.kind === kind) return event
    return undefined
  }
}

import type { EventKind, EventStore, StoredEvent, StoredKey, Survey } from './event-store.js'
import { EVENT_KINDS } from './event-store.js'

/** A window of events in flight fits in several times. */
const CACHED = 64

/**
 * The events of a store in order, of which only the oldest are in memory: what is sent next is rarely read from the
 * disk. Knows how many there are and how large. Events can be forgotten that the store cannot delete now.
 */
export class StoredQueue {
  readonly count = { event: 0, alert: 0 }
  readonly bytes = { event: 0, alert: 0 }
  /** Delivered or dropped, and still in the store. */
  readonly undeleted = new Map<number, EventKind>()
  #store: EventStore | undefined
  /** The oldest events, without a gap. */
  #cache: StoredEvent[] = []
  /** Whether the cache is all there is. */
  #isWhole = true

  get total(): number {
    return this.count.event + this.count.alert
  }

  get undeletedKeys(): readonly StoredKey[] {
    return [...this.undeleted].map(([position, kind]) => ({ position, kind }))
  }

  /** Begins anew with what a store holds; undefined: with nothing, until there is a store again. */
  use(store: EventStore | undefined, survey?: Survey): void {
    this.#store = store
    Object.assign(this.count, survey?.count ?? { event: 0, alert: 0 })
    Object.assign(this.bytes, survey?.bytes ?? { event: 0, alert: 0 })
    this.#cache = []
    this.#isWhole = this.total === 0
  }

  /** The event was written to the store, after all others. */
  added(event: StoredEvent): void {
    this.count[event.message.kind] += 1
    this.bytes[event.message.kind] += event.bytes
    if (!this.#isWhole) return
    if (this.#cache.length < CACHED) this.#cache.push(event)
    else this.#isWhole = false
  }

  /** The event is gone, whether or not the store still has it. */
  removed(event: StoredEvent): void {
    this.count[event.message.kind] -= 1
    this.bytes[event.message.kind] -= event.bytes
    const index = this.#cache.findIndex(({ position }) => position === event.position)
    if (index >= 0) this.#cache.splice(index, 1)
  }

  /** The store will be told to delete it when that is possible. */
  deleteLater({ position, kind }: StoredKey): void {
    this.undeleted.set(position, kind)
  }

  /** Throws what the store throws. */
  async oldest(count: number): Promise<readonly StoredEvent[]> {
    if (this.#cache.length < count && !this.#isWhole) await this.#fill(Math.max(CACHED, count))
    return this.#cache.slice(0, count)
  }

  /** The oldest one of a kind. Throws what the store throws. */
  async oldestOf(kind: EventKind): Promise<StoredEvent | undefined> {
    if (this.count[kind] === 0) return undefined
    await this.oldest(1)
    const cached = this.#cache.find(({ message }) => message.kind === kind)
    if (cached !== undefined || this.#isWhole) return cached
    const [found] = await this.#read(kind, this.#cache.at(-1)?.position ?? 0, 1)
    return found
  }

  /** Throws what the store throws. */
  async find(wanted: number): Promise<StoredEvent | undefined> {
    const cached = this.#cache.find(({ position }) => position === wanted)
    if (cached !== undefined || this.#isWhole || this.undeleted.has(wanted)) return cached
    return await this.#store?.find(wanted)
  }

  async #fill(size: number): Promise<void> {
    const after = this.#cache.at(-1)?.position ?? 0
    const missing = size - this.#cache.length
    const found: StoredEvent[] = []
    for (const kind of EVENT_KINDS) {
      // Beyond the end of the cache lies everything else, so only as many as the kind has can be missing.
      if (this.count[kind] > 0) found.push(...(await this.#read(kind, after, missing)))
    }
    found.sort((a, b) => a.position - b.position)
    this.#cache.push(...found.slice(0, missing))
    this.#isWhole = this.#cache.length === this.total
  }

  async #read(kind: EventKind, afterPosition: number, count: number): Promise<readonly StoredEvent[]> {
    const found: StoredEvent[] = []
    for (let after = afterPosition; found.length < count;) {
      const step = (await this.#store?.read(kind, after, count)) ?? []
      found.push(...step.filter(({ position }) => !this.undeleted.has(position)))
      const last = step.at(-1)
      if (last === undefined || step.length < count) break
      after = last.position
    }
    return found.slice(0, count)
  }
}

import type { OutboxEntry } from './outbox.js'

/** Failures after which an event may be what the broker cannot take, and the next one is tried in its place. */
const SUSPECT_FAILURES = 10

/**
 * Chooses which events of the outbox go out next, and which one is given up.
 *
 * Normally a window of events is in flight, in order. After a failure (refused, or the connection was lost with events
 * in flight) the oldest goes alone until one is acknowledged. One that has failed ten times alone is a suspect: from
 * then on the event after it is tried in turn with it. If that one gets through, the broker takes events but not this
 * one, and it is given up; if it fails too, the broker takes none, and nothing is given up.
 *
 * | mode   | in flight       | leaves by |
 * | ------ | --------------- | --------- |
 * | stream | up to `window`  | a failure → probe |
 * | probe  | one             | the probe is acknowledged → stream |
 */
export class Delivery {
  readonly #inFlight = new Set<number>()
  #mode: 'stream' | 'probe' = 'stream'
  #probe: number | undefined
  #suspect = { position: 0, failures: 0 }
  #passesOver = false

  /** @param window most events in flight at once */
  constructor(readonly window: number) {}

  get inFlight(): number {
    return this.#inFlight.size
  }

  /**
   * The events to send now; they count as in flight from here on.
   *
   * @param oldest the outbox's oldest entries, at least window of them where there are so many
   * @param room   most that may be sent now for other reasons
   */
  take(oldest: readonly OutboxEntry[], room: number): readonly OutboxEntry[] {
    const free = Math.min(room, this.window - this.#inFlight.size)
    if (free <= 0) return []
    const taken = this.#mode === 'stream' ? this.#takeWindow(oldest, free) : this.#takeProbe(oldest)
    for (const entry of taken) this.#inFlight.add(entry.position)
    return taken
  }

  /** @returns positions of events to give up, because a later one got through and they never do */
  acknowledged(position: number): readonly number[] {
    this.#inFlight.delete(position)
    if (this.#mode === 'stream' || position !== this.#probe) return []
    const givenUp = this.#isSuspect() && position > this.#suspect.position ? [this.#suspect.position] : []
    this.#mode = 'stream'
    this.#probe = undefined
    this.#suspect = { position: 0, failures: 0 }
    this.#passesOver = false
    return givenUp
  }

  /** The broker refused this event. */
  refused(position: number): void {
    this.#inFlight.delete(position)
    if (position === this.#probe) this.#probeFailed()
    this.#mode = 'probe'
  }

  /** The event is gone for good, whatever became of it. */
  forget(position: number): void {
    this.#inFlight.delete(position)
    if (position === this.#probe) this.#probe = undefined
  }

  /** Nothing in flight will be acknowledged any more. */
  connectionLost(): void {
    if (this.#inFlight.size === 0) return
    if (this.#probe !== undefined) this.#probeFailed()
    this.#inFlight.clear()
    this.#mode = 'probe'
  }

  #takeWindow(oldest: readonly OutboxEntry[], free: number): readonly OutboxEntry[] {
    return oldest.filter((entry) => !this.#inFlight.has(entry.position)).slice(0, free)
  }

  #takeProbe(oldest: readonly OutboxEntry[]): readonly OutboxEntry[] {
    const head = oldest[0]
    if (head === undefined || this.#inFlight.size > 0) return []
    if (head.position !== this.#suspect.position) {
      this.#suspect = { position: head.position, failures: 0 }
      this.#passesOver = false
    }
    const probe = this.#passesOver ? (oldest[1] ?? head) : head
    this.#probe = probe.position
    return [probe]
  }

  #probeFailed(): void {
    if (this.#probe === this.#suspect.position) this.#suspect.failures += 1
    this.#passesOver = this.#isSuspect() && this.#probe === this.#suspect.position
    this.#probe = undefined
  }

  #isSuspect(): boolean {
    return this.#suspect.failures >= SUSPECT_FAILURES
  }
}

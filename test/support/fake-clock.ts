import type { Clock, Timer } from '../../src/ops/clock.js'

interface Pending {
  readonly atMs: number
  readonly callback: () => void
}

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number
  readonly #pending = new Set<Pending>()

  constructor(startMs = Date.UTC(2026, 10, 21, 8)) {
    this.#now = startMs
  }

  nowMs(): number {
    return this.#now
  }

  monotonicMs(): number {
    return this.#now
  }

  after(delayMs: number, callback: () => void): Timer {
    const pending = { atMs: this.#now + delayMs, callback }
    this.#pending.add(pending)
    return { clear: () => void this.#pending.delete(pending) }
  }

  /** Moves time on, calling what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = [...this.#pending].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#pending.delete(due)
      this.#now = due.atMs
      due.callback()
    }
    this.#now = end
  }

  get timers(): number {
    return this.#pending.size
  }
}

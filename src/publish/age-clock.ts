import type { Clock } from '../ops/clock.js'

const DAY_MS = 86_400_000
/** A longer step of the wall clock is no time that passed: the clock was never set, or has been set wrongly. */
const LONGEST_STEP_MS = 31 * DAY_MS
/** Smaller ones are the clock being kept right. */
const SHORTEST_STEP_MS = 60_000

/** What an `AgeClock` goes on from in the next process. */
export interface AgeMark {
  readonly elapsedMs: number
  /** The latest Unix time seen. */
  readonly wallMs: number
}

/**
 * Time by which events age. It rises with the monotonic clock while the process runs, and by what the wall clock gains
 * on it: the device was off, or its clock has been set. Only a gain over the latest time ever seen counts, and one of
 * more than 31 days counts as none. So a clock that comes up in 1970 and is set right later, or jumps to 2099, neither
 * makes events immortal nor ends them all; at worst they are kept for too long, by the time that the device was off.
 */
export class AgeClock {
  readonly #clock: Clock
  #elapsedMs: number
  #monotonicMs: number
  /** The latest time seen, and since then what the monotonic clock says. */
  #wallMs: number

  constructor(clock: Clock, mark?: AgeMark) {
    this.#clock = clock
    this.#elapsedMs = mark?.elapsedMs ?? 0
    this.#wallMs = mark?.wallMs ?? clock.nowMs()
    this.#monotonicMs = clock.monotonicMs()
  }

  /** Never falls. */
  now(): number {
    const monotonicMs = this.#clock.monotonicMs()
    const ran = monotonicMs - this.#monotonicMs
    this.#monotonicMs = monotonicMs
    this.#elapsedMs += ran
    this.#wallMs += ran
    const gain = this.#clock.nowMs() - this.#wallMs
    if (gain >= SHORTEST_STEP_MS) {
      this.#wallMs += gain
      if (gain <= LONGEST_STEP_MS) this.#elapsedMs += gain
    }
    return this.#elapsedMs
  }

  /** An event carries a later stamp: the mark is older than it, or was lost. */
  atLeast(elapsedMs: number): void {
    this.#elapsedMs = Math.max(this.now(), elapsedMs)
  }

  get mark(): AgeMark {
    return { elapsedMs: this.now(), wallMs: this.#wallMs }
  }
}

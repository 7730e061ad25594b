/** A timer that was set; hand it back to clear it. */
export interface Timer {
  clear(): void
}

/** Time as the program sees it. Injected, so that tests decide what time it is and nothing sleeps. */
export interface Clock {
  /** Unix time, ms. May step when the system's clock is set. */
  nowMs(): number
  /** Never steps; only differences mean anything. */
  monotonicMs(): number
  /** Calls back once after so many milliseconds. Keeps the process alive until then, or until it is cleared. */
  after(delayMs: number, callback: () => void): Timer
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timeout = setTimeout(callback, delayMs)
    return { clear: () => clearTimeout(timeout) }
  },
}

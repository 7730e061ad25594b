/** Lets `burst` through at once and `perSecond` in the long run: a token bucket. */
export class RateLimit {
  #tokens: number
  #sinceMs = -Infinity

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {
    this.#tokens = burst
  }

  /** @param nowMs monotonic */
  take(nowMs: number): boolean {
    const passed = Math.max(0, nowMs - this.#sinceMs)
    this.#sinceMs = nowMs
    this.#tokens = Math.min(this.burst, this.#tokens + (passed / 1000) * this.perSecond)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

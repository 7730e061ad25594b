/** Bounds of one tensor's values over the calibration set. */
export interface Range {
  readonly min: number
  readonly max: number
}

const BINS = 4096

/**
 * Range of a tensor without its rarest values: a histogram that doubles its width as larger values arrive, so that
 * one pass over the calibration set is enough.
 */
export class RangeObserver {
  private readonly counts = new Float64Array(BINS)
  private reach = 1e-6
  private total = 0
  private lowest = Infinity
  private highest = -Infinity

  observe(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number
      if (value < this.lowest) this.lowest = value
      if (value > this.highest) this.highest = value
      while (Math.abs(value) >= this.reach) this.widen()
      const bin = Math.floor(((value + this.reach) / (2 * this.reach)) * BINS)
      this.counts[bin] = (this.counts[bin] as number) + 1
    }
    this.total += values.length
  }

  /** @param dropped share of values cut off at either end */
  range(dropped: number): Range {
    return {
      min: Math.max(this.lowest, this.quantile(dropped)),
      max: Math.min(this.highest, this.quantile(1 - dropped) + (2 * this.reach) / BINS),
    }
  }

  private widen(): void {
    const half = BINS / 2
    const old = this.counts.slice()
    this.counts.fill(0)
    for (let bin = 0; bin < BINS; bin++) {
      const to = half / 2 + (bin >> 1)
      this.counts[to] = (this.counts[to] as number) + (old[bin] as number)
    }
    this.reach *= 2
  }

  private quantile(share: number): number {
    let seen = 0
    for (let bin = 0; bin < BINS; bin++) {
      seen += this.counts[bin] as number
      if (seen > share * this.total) return (bin / BINS) * 2 * this.reach - this.reach
    }
    return this.highest
  }
}

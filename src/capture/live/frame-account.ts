/** Where every sample of a stream's time has gone; `expected` = `received` + `lost` + `gap`, exactly. */
export interface AccountSnapshot {
  /** From the start of the stream to now. */
  readonly expectedSamples: number
  readonly receivedSamples: number
  /** Dropped by a device that went on: overruns. */
  readonly lostSamples: number
  /** While there was no device. */
  readonly gapSamples: number
  readonly overruns: number
  /** One that is not over yet among them. */
  readonly gaps: number
}

/**
 * Counts a stream's samples, all at one rate, in integers. While a device delivers, its samples are the time; while
 * none does, the monotonic clock is. Of a gap, what is less than a sample is carried over to the next one.
 */
export class FrameAccount {
  private expected = 0
  private received = 0
  private lost = 0
  private gap = 0
  private overruns = 0
  private gaps = 0
  private endedGapsMs = 0
  private gapSinceMs: number | null = null

  constructor(private readonly sampleRateHz: number) {}

  get isInGap(): boolean {
    return this.gapSinceMs !== null
  }

  /** @param samples whole */
  receive(samples: number): void {
    this.received += samples
    this.expected += samples
  }

  /** An overrun. @param samples whole */
  lose(samples: number): void {
    this.lost += samples
    this.expected += samples
    this.overruns++
  }

  /** @param nowMs monotonic, of the last sample that was received; without effect in a gap */
  beginGap(nowMs: number): void {
    if (this.gapSinceMs !== null) return
    this.gapSinceMs = nowMs
    this.gaps++
  }

  /**
   * @param nowMs monotonic, of the first sample that follows
   * @returns samples of this gap; 0 outside of one
   */
  endGap(nowMs: number): number {
    if (this.gapSinceMs === null) return 0
    const samples = this.samplesOfGap(nowMs)
    this.endedGapsMs += Math.max(0, nowMs - this.gapSinceMs)
    this.gapSinceMs = null
    this.gap += samples
    this.expected += samples
    return samples
  }

  /** @param nowMs monotonic: a gap that is not over is counted up to it */
  snapshot(nowMs: number): AccountSnapshot {
    const running = this.samplesOfGap(nowMs)
    return {
      expectedSamples: this.expected + running,
      receivedSamples: this.received,
      lostSamples: this.lost,
      gapSamples: this.gap + running,
      overruns: this.overruns,
      gaps: this.gaps,
    }
  }

  private samplesOfGap(nowMs: number): number {
    if (this.gapSinceMs === null) return 0
    const gapsMs = this.endedGapsMs + Math.max(0, nowMs - this.gapSinceMs)
    // Rounded down: the next gap takes what is left, and time never goes back.
    return Math.max(0, Math.floor((gapsMs * this.sampleRateHz) / 1000) - this.gap)
  }
}

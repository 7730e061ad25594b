const WINDOW_MS = 10_000
/** Ten minutes: the drift of a crystal follows the temperature more slowly than that. */
const MAX_WINDOWS = 60
/** Two minutes: with fewer, the jitter of the earliest arrivals is tens of ppm. */
const MIN_WINDOWS = 12

/**
 * How fast a device's clock runs against the machine's monotonic one, from when its samples arrive.
 *
 * A sample can arrive late, by anything up to hundreds of milliseconds, and never early: of each window of 10 s the
 * earliest arrival counts, as its delay against the nominal rate. The delays of a clock that is p ppm fast fall by
 * p µs a second; the slope is the median of those between all pairs of the last 60 windows (Theil–Sen), which a
 * quarter of the windows being wrong does not move far.
 *
 * How long a gap was is known to its arrivals' jitter only, which over minutes would pass for hundreds of ppm. So no
 * pair spans a gap.
 *
 * @see Theil 1950; Sen 1968
 */
export class ClockDrift {
  private readonly msPerSample: number
  /** Rings of the closed windows: when the earliest arrival was, its delay, and how many gaps were before it. */
  private readonly times = new Float64Array(MAX_WINDOWS)
  private readonly delays = new Float64Array(MAX_WINDOWS)
  private readonly stretches = new Float64Array(MAX_WINDOWS)
  private readonly slopes = new Float64Array((MAX_WINDOWS * (MAX_WINDOWS - 1)) / 2)
  private closed = 0

  private stretch = 0
  private lostSamples = 0
  private windowStartMs = NaN
  private earliestMs = 0
  private leastDelayMs = Infinity
  private estimate: number | null = null

  constructor(sampleRateHz: number) {
    this.msPerSample = 1000 / sampleRateHz
  }

  /** Parts per million by which the device's clock is fast; null until two minutes without a gap have been seen. */
  get ppm(): number | null {
    return this.estimate
  }

  /**
   * @param receivedSamples since the start of the stream, without what was lost
   * @param nowMs           monotonic, when the last of them arrived
   */
  observe(receivedSamples: number, nowMs: number): void {
    if (Number.isNaN(this.windowStartMs)) this.windowStartMs = nowMs
    else if (nowMs - this.windowStartMs >= WINDOW_MS) this.closeWindow(nowMs)
    const delayMs = nowMs - (receivedSamples + this.lostSamples) * this.msPerSample
    if (delayMs < this.leastDelayMs) {
      this.leastDelayMs = delayMs
      this.earliestMs = nowMs
    }
  }

  /** @param lostSamples as far as is known: keeps the count in step with the time, and is not relied upon */
  noteGap(lostSamples: number): void {
    this.lostSamples += lostSamples
    this.stretch++
    this.windowStartMs = NaN
    this.leastDelayMs = Infinity
  }

  private closeWindow(nowMs: number): void {
    const at = this.closed % MAX_WINDOWS
    this.times[at] = this.earliestMs
    this.delays[at] = this.leastDelayMs
    this.stretches[at] = this.stretch
    this.closed++
    this.windowStartMs = nowMs
    this.leastDelayMs = Infinity
    this.fit()
  }

  private fit(): void {
    const count = Math.min(this.closed, MAX_WINDOWS)
    let pairs = 0
    let mostPartners = 0
    for (let i = 1; i < count; i++) {
      let partners = 0
      for (let j = 0; j < i; j++) {
        if (this.stretches[i] !== this.stretches[j]) continue
        this.slopes[pairs++] = (this.delays[i] - this.delays[j]) / (this.times[i] - this.times[j])
        partners++
      }
      mostPartners = Math.max(mostPartners, partners)
    }
    // Where gaps come so often that no stretch is long enough, the last that was known still holds best.
    if (mostPartners + 1 < MIN_WINDOWS) return
    const sorted = this.slopes.subarray(0, pairs).sort()
    const middle = pairs >> 1
    const slope = pairs % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    this.estimate = -slope * 1e6
  }
}

import { FRAME_SAMPLES, SAMPLE_RATE_HZ, samplesToMs } from '../../units.js'

/** The least lag in so long is that of a piece that came at once: whatever came late waited somewhere. */
const WINDOW_MS = 2000
/** More than the least lag ever shakes, less than any device's buffer that ran over. */
const LOSS_MS = 60

/**
 * Tells from arrival times how much audio never arrived: samples that come late catch up, lost ones leave what
 * follows late for ever. It goes by no device's own word, so it holds for every backend.
 */
export class LossDetector {
  #originMs: number | undefined
  #baselineMs: number | undefined
  #windowStartMs = 0
  #leastLagMs = Infinity
  /** Lost so far are counted in, so that each loss is told once. */
  #samples = 0

  /**
   * @param samples that arrived since the last call, at 16 kHz; may be a fraction
   * @param atMs    when the last of them did, monotonic
   * @returns samples lost before them, in whole frames; mostly 0
   */
  observe(samples: number, atMs: number): number {
    this.#samples += samples
    this.#originMs ??= atMs - samplesToMs(this.#samples)
    const lagMs = atMs - this.#originMs - samplesToMs(this.#samples)
    if (this.#leastLagMs === Infinity) this.#windowStartMs = atMs
    this.#leastLagMs = Math.min(this.#leastLagMs, lagMs)
    if (atMs - this.#windowStartMs < WINDOW_MS) return 0

    const leastMs = this.#leastLagMs
    this.#leastLagMs = Infinity
    const excessMs = leastMs - (this.#baselineMs ?? leastMs)
    if (excessMs < LOSS_MS) {
      // Follows a device whose clock runs a little fast or slow.
      this.#baselineMs = leastMs
      return 0
    }
    const lost = FRAME_SAMPLES * Math.floor((excessMs * SAMPLE_RATE_HZ) / 1000 / FRAME_SAMPLES)
    this.#samples += lost
    return lost
  }

  /** A device was opened anew. */
  reset(): void {
    this.#originMs = undefined
    this.#baselineMs = undefined
    this.#leastLagMs = Infinity
    this.#samples = 0
  }
}

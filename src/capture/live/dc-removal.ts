import { DcFilter } from './dc-filter.js'

/** −60 dBFS: below the background of a microphone that is worth listening to. */
export const DC_THRESHOLD = 1e-3
const MEASURE_S = 1
/** Over so many measurements the mean is long-term. */
const MEMORY = 10
/** Slow enough for the change to lie below every frequency that is heard. */
const FADE_S = 0.5

/**
 * Removes the DC of a microphone that has one, and passes the samples of every other one through bit for bit: a clip
 * that comes over a microphone's path is then judged as it is from a file.
 *
 * The rule: the mean of each second enters a mean over about the last ten (over all of them while there are fewer).
 * While that is 1e-3 of full scale or more, the signal goes through `DcFilter`; while it is less, it does not, and
 * neither does it in the first second. Between both it is faded over half a second.
 *
 * What was measured outlives `reset`: it is the microphone's, not the stream's.
 */
export class DcRemoval {
  private readonly filter: DcFilter
  private readonly measureSamples: number
  private readonly fadeStep: number

  private sum = 0
  private summedSamples = 0
  private measurements = 0
  private mean = 0
  private isWanted = false
  /** Share of the filtered signal, 0 to 1. */
  private share = 0

  constructor(sampleRateHz: number) {
    this.filter = new DcFilter(sampleRateHz)
    this.measureSamples = Math.round(MEASURE_S * sampleRateHz)
    this.fadeStep = 1 / (FADE_S * sampleRateHz)
  }

  /** Long-term mean, full scale = 1; 0 in the first second. */
  get dcOffset(): number {
    return this.mean
  }

  /** False while samples pass through bit for bit. */
  get isFiltering(): boolean {
    return this.share > 0
  }

  processInPlace(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]
      const filtered = this.filter.next(sample)
      if (this.isWanted) this.share = Math.min(1, this.share + this.fadeStep)
      else if (this.share > 0) this.share = Math.max(0, this.share - this.fadeStep)
      if (this.share > 0) samples[i] = sample + this.share * (filtered - sample)
      this.measure(sample)
    }
  }

  /** A gap: the filter is at rest, a fade is at its end, and the second that was being measured begins anew. */
  reset(): void {
    this.filter.reset()
    this.share = this.isWanted ? 1 : 0
    this.sum = 0
    this.summedSamples = 0
  }

  private measure(sample: number): void {
    this.sum += sample
    if (++this.summedSamples < this.measureSamples) return
    this.measurements = Math.min(this.measurements + 1, MEMORY)
    this.mean += (this.sum / this.summedSamples - this.mean) / this.measurements
    this.isWanted = Math.abs(this.mean) >= DC_THRESHOLD
    this.sum = 0
    this.summedSamples = 0
  }
}

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
  /** As float32: what is faded in. */
  private filtered = new Float32Array(0)
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
    if (this.filtered.length < samples.length) this.filtered = new Float32Array(samples.length)
    this.filter.filterInto(samples, this.filtered)
    // Locals, since V8 may box a number for each store into a field.
    let share = this.share
    let sum = this.sum
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]
      if (this.isWanted) share = Math.min(1, share + this.fadeStep)
      else if (share > 0) share = Math.max(0, share - this.fadeStep)
      if (share > 0) samples[i] = sample + share * (this.filtered[i] - sample)
      sum += sample
      if (++this.summedSamples === this.measureSamples) {
        this.measured(sum)
        sum = 0
      }
    }
    this.share = share
    this.sum = sum
  }

  /** A gap: the filter is at rest, a fade is at its end, and the second that was being measured begins anew. */
  reset(): void {
    this.filter.reset()
    this.filtered.fill(0)
    this.share = this.isWanted ? 1 : 0
    this.sum = 0
    this.summedSamples = 0
  }

  private measured(sum: number): void {
    this.measurements = Math.min(this.measurements + 1, MEMORY)
    this.mean += (sum / this.summedSamples - this.mean) / this.measurements
    this.isWanted = Math.abs(this.mean) >= DC_THRESHOLD
    this.summedSamples = 0
  }
}

const CORNER_HZ = 5

/**
 * First-order high-pass at 5 Hz: y = (1 − a/2)·(x − m), where m follows x by a·(x − m). Unity gain at the Nyquist
 * frequency, −3 dB at 5 Hz, −0.04 dB at 50 Hz, a zero at 0 Hz. The level begins at the first sample, so a constant
 * input gives nothing from the start.
 *
 * State is float64 and follows single samples: the output does not depend on how the input is cut.
 */
export class DcFilter {
  private readonly following: number
  private readonly scale: number
  private level = 0
  private isAtRest = true

  constructor(sampleRateHz: number) {
    this.following = 1 - Math.exp((-2 * Math.PI * CORNER_HZ) / sampleRateHz)
    this.scale = 1 - this.following / 2
  }

  /** @param out shape [≥ samples.length], overwritten, owned by the caller; may be `samples` */
  filterInto(samples: Float32Array, out: Float32Array): void {
    if (samples.length === 0) return
    if (this.isAtRest) this.level = samples[0]
    this.isAtRest = false
    // A local, since V8 may box a number for each store into a field.
    let level = this.level
    for (let i = 0; i < samples.length; i++) {
      const difference = samples[i] - level
      level += this.following * difference
      out[i] = this.scale * difference
    }
    this.level = level
  }

  /** The next sample begins a new stream. */
  reset(): void {
    this.isAtRest = true
  }
}

/** The minimum is sought over the last 2 s, in 8 pieces of 250 ms. */
const PIECES = 8
const FRAMES_PER_PIECE = 12
/**
 * Background power of several channels by minimum statistics: speech pauses between syllables, so the least smoothed
 * power of the last two seconds is the background's. From the first frame on it is the least so far, so a stream
 * may begin with speech.
 *
 * @see Martin 2001, "Noise power spectral density estimation based on optimal smoothing and minimum statistics";
 *      here with a constant smoothing and a constant bias
 */
export class NoiseFloor {
  /** Estimates, shape [channels]. */
  readonly power: Float64Array
  readonly #smoothed: Float64Array
  /** Minima of the pieces, [PIECES × channels]; the piece being filled lies at `#piece`. */
  readonly #minima: Float64Array
  #piece = 0
  #framesInPiece = 0
  #isEmpty = true

  /**
   * @param smoothing share of the past in the smoothed power, 0 … 1: the more, the less noise shakes the minimum, and
   *                  the longer a pause must be to be heard
   * @param bias      what the minimum is raised by to be the mean; the more, the fewer bins a channel holds
   */
  constructor(
    private readonly channels: number,
    private readonly smoothing: number,
    private readonly bias: number,
  ) {
    this.power = new Float64Array(channels)
    this.#smoothed = new Float64Array(channels)
    this.#minima = new Float64Array(PIECES * channels)
    this.reset()
  }

  /** @param power of one frame, shape [channels] */
  push(power: ArrayLike<number>): void {
    if (this.#framesInPiece === FRAMES_PER_PIECE) this.#nextPiece()
    this.#framesInPiece++
    const offset = this.#piece * this.channels
    for (let c = 0; c < this.channels; c++) {
      const smoothed = this.#isEmpty
        ? power[c]
        : this.smoothing * this.#smoothed[c] + (1 - this.smoothing) * power[c]
      this.#smoothed[c] = smoothed
      if (smoothed < this.#minima[offset + c]) this.#minima[offset + c] = smoothed
      if (this.bias * smoothed < this.power[c]) this.power[c] = this.bias * smoothed
    }
    this.#isEmpty = false
  }

  reset(): void {
    this.power.fill(Infinity)
    this.#minima.fill(Infinity)
    this.#smoothed.fill(0)
    this.#piece = 0
    this.#framesInPiece = 0
    this.#isEmpty = true
  }

  #nextPiece(): void {
    this.#framesInPiece = 0
    this.#piece = (this.#piece + 1) % PIECES
    const offset = this.#piece * this.channels
    this.#minima.fill(Infinity, offset, offset + this.channels)
    for (let c = 0; c < this.channels; c++) {
      let least = Infinity
      for (let p = 0; p < PIECES; p++) least = Math.min(least, this.#minima[p * this.channels + c])
      this.power[c] = this.bias * least
    }
  }
}

/** The last durations, for percentiles; its size is fixed and adding one allocates nothing. */
export class DurationRing {
  readonly #durationsMs: Float64Array
  #count = 0

  /** @param size durations remembered, ≥ 1 */
  constructor(size: number) {
    this.#durationsMs = new Float64Array(size)
  }

  add(durationMs: number): void {
    this.#durationsMs[this.#count % this.#durationsMs.length] = durationMs
    this.#count += 1
  }

  /**
   * Nearest-rank percentiles of what is remembered.
   *
   * @param ranks each in (0, 1]
   * @returns one duration a rank, ms; null where nothing was added yet
   */
  percentiles(ranks: readonly number[]): (number | null)[] {
    const held = Math.min(this.#count, this.#durationsMs.length)
    const sorted = this.#durationsMs.slice(0, held).sort()
    return ranks.map((rank) => sorted[Math.max(0, Math.ceil(rank * held) - 1)] ?? null)
  }
}

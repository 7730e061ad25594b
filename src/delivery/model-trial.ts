/** So many slow windows are a machine that was busy with something else. */
const MAX_CHANCE_SLOW = 2
/** Of all windows: the 95th percentile is above the bound when more than these are. */
const MAX_SLOW_SHARE = 0.05

export interface ModelTrialOptions {
  readonly trialMs: number
  /** Longest time that features and network may take for a window, as the agent of now says. */
  readonly maxInferenceMs: () => number
  /** Monotonic. */
  readonly nowMs: number
}

/** Whether a model may stay: its trial ends well with time, and badly if it is too slow. */
export class ModelTrial {
  #windows = 0
  #slow = 0

  constructor(private readonly options: ModelTrialOptions) {}

  get windows(): number {
    return this.#windows
  }

  /** Windows that took too long. */
  get slow(): number {
    return this.#slow
  }

  inferenceTook(durationMs: number): void {
    this.#windows += 1
    if (durationMs > this.options.maxInferenceMs()) this.#slow += 1
  }

  /** The 95th percentile of the windows so far is above the bound, and that by more than chance. */
  get isTooSlow(): boolean {
    return this.#slow > Math.max(MAX_CHANCE_SLOW, MAX_SLOW_SHARE * this.#windows)
  }

  /** @param nowMs monotonic */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.options.nowMs + this.options.trialMs - nowMs)
  }
}

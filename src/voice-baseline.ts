import type { AdaptationParams } from './affect/adaptation-params.js'
import { isLearntFrom } from './affect/adaptation.js'
import type { Judgement } from './affect/judgement.js'
import { createFeatureStatistics, type FeatureStatistics } from './features/feature-statistics.js'
import { copyStatisticsInto, foldInto } from './features/running-statistics.js'
import { FRAME_MS, msToFrames } from './units.js'

/**
 * How the voice before this microphone usually sounds: the statistics of its speech so far, by which each window is
 * normalised besides its own. It outlives streams: a pipeline that is reset goes on with it, and what is older gives
 * way to who speaks now, at most `maxSpeechS` of speech counting.
 */
export class VoiceBaseline {
  readonly #history: FeatureStatistics
  readonly #maxFrames: number
  #revision = 0

  /** Cold: it knows nothing. */
  constructor(
    nCoefficients: number,
    private readonly params: AdaptationParams,
  ) {
    this.#history = createFeatureStatistics(nCoefficients)
    this.#maxFrames = msToFrames(params.maxSpeechS * 1000)
  }

  /** A live view, of no frames while cold; never to be written to. */
  get history(): Readonly<FeatureStatistics> {
    return this.#history
  }

  /** Of the windows that count, pauses within them included. */
  get speechMs(): number {
    return this.#history.frames * FRAME_MS
  }

  /** Rises with every change. */
  get revision(): number {
    return this.#revision
  }

  /**
   * Takes a window in, if what was decided on it says so. To be called after the decision, so that no window counts
   * twice in its own normalisation.
   *
   * @param window its own statistics
   * @returns whether it was learnt from
   */
  learn(judgement: Judgement, window: Readonly<FeatureStatistics>): boolean {
    if (!isLearntFrom(judgement, this.params)) return false
    foldInto(this.#history, window, this.#maxFrames)
    this.#revision += 1
    return true
  }

  /** Takes the place of what is known; of more speech than counts, as much as counts. */
  restore(statistics: Readonly<FeatureStatistics>): void {
    copyStatisticsInto(statistics, this.#history)
    this.#history.frames = Math.min(statistics.frames, this.#maxFrames)
    this.#revision += 1
  }

  /**
   * Cold again.
   *
   * @returns speech that was known, ms
   */
  forget(): number {
    const { speechMs } = this
    this.#history.frames = 0
    this.#history.mean.fill(0)
    this.#history.variance.fill(0)
    this.#revision += 1
    return speechMs
  }
}

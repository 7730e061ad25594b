/** Where the stream stands between silence and speech. */
export type SpeechPhaseKind = 'idle' | 'rising' | 'speaking' | 'hangover'

export interface SpeechPhaseParams {
  readonly enterScore: number
  readonly exitScore: number
  readonly enterFrames: number
  readonly hangoverFrames: number
}

/**
 * Hysteresis over the scores of single frames. Pure: knows neither audio nor time.
 *
 * | phase    | score ≥ enterScore                   | between                             | score < exitScore |
 * | -------- | ------------------------------------ | ----------------------------------- | ----------------- |
 * | idle     | rising(1)                            | idle                                | idle              |
 * | rising   | rising(n+1), at enterFrames speaking | rising(n)                           | idle              |
 * | speaking | speaking                             | speaking                            | hangover(1)       |
 * | hangover | speaking                             | hangover(n+1), at hangoverFrames idle | as between      |
 *
 * An `enterFrames` of 1 goes from idle to speaking, a `hangoverFrames` of 1 from speaking to idle.
 */
export class SpeechPhase {
  kind: SpeechPhaseKind = 'idle'
  /** Frames at enterScore or above while rising; frames since speech while in the hangover. */
  frames = 0

  constructor(private readonly params: SpeechPhaseParams) {}

  step(score: number): SpeechPhaseKind {
    const { enterScore, exitScore } = this.params
    switch (this.kind) {
      case 'idle':
        if (score >= enterScore) this.#rise(1)
        break
      case 'rising':
        if (score >= enterScore) this.#rise(this.frames + 1)
        else if (score < exitScore) this.#become('idle')
        break
      case 'speaking':
        if (score < exitScore) this.#hang(1)
        break
      case 'hangover':
        if (score >= enterScore) this.#become('speaking')
        else this.#hang(this.frames + 1)
        break
    }
    return this.kind
  }

  reset(): void {
    this.#become('idle')
  }

  #rise(frames: number): void {
    if (frames >= this.params.enterFrames) this.#become('speaking')
    else this.#become('rising', frames)
  }

  #hang(frames: number): void {
    if (frames >= this.params.hangoverFrames) this.#become('idle')
    else this.#become('hangover', frames)
  }

  #become(kind: SpeechPhaseKind, frames = 0): void {
    this.kind = kind
    this.frames = frames
  }
}

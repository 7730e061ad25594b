import { halved } from '../pinned-exp.js'
import { Cusum } from './cusum.js'
import type { CueAssessment, FatigueAssessment, InsufficientReason } from './fatigue-assessment.js'
import type { FatigueBaseline, Reference } from './fatigue-baseline.js'
import { CUE_SPECS, FATIGUE_CUES, type FatigueBlock } from './fatigue-cues.js'
import type { FatigueParams } from './fatigue-params.js'

/** One cue alone says little, however far it goes. */
export const MAX_Z = 3

/** What k and h are stated for. */
const BLOCK_MS = 60_000

/** By which a median of n blocks misses the true one, in standard deviations: √(π/2n). */
const MEDIAN_ERROR = Math.PI / 2

const F0_MEDIAN = FATIGUE_CUES.indexOf('f0_median')

/**
 * Vocal fatigue as change from the speaker's own baseline. Of each block every cue's z, signed so that more is more
 * like fatigue and clipped to ±3; their weighted sum, the composite; of composites an exponential average over speech
 * time, and a CUSUM that triggers. While raised nothing is learnt, nor of the blocks whose sum led to it.
 *
 * Experimental: see docs/fatigue.md for what it is not.
 */
export class FatigueIndicator {
  readonly #cusum: Cusum
  #z = 0
  #atSample = 0
  #cues: Readonly<Record<string, CueAssessment>> = {}
  #reason: InsufficientReason | null = 'recent_speech'
  /** Unix time of the block from which on the CUSUM has stayed above 0. */
  #risingSinceMs: number | null = null

  constructor(
    private readonly baseline: FatigueBaseline,
    private readonly params: FatigueParams,
  ) {
    this.#cusum = new Cusum(params.cusumK, params.cusumH)
    if (params.mode === 'off') this.#reason = 'off'
  }

  get assessment(): FatigueAssessment {
    const isOk = this.#reason === null
    const { sessions, speechMs } = this.baseline
    return {
      atSample: this.#atSample,
      status: isOk ? 'ok' : 'insufficient_data',
      // What the baseline lacks says more than that nothing was heard yet.
      reason: this.#reason === 'recent_speech' ? (this.baseline.lack ?? this.#reason) : this.#reason,
      score: isOk ? this.#cusum.score : null,
      z: isOk ? this.#z : null,
      cusum: isOk ? this.#cusum.sum : null,
      raised: this.#cusum.isRaised,
      cues: isOk ? this.#cues : {},
      baseline: { sessions, speechMs, frozen: this.#cusum.isRaised },
    }
  }

  /** @param atSample end of the block in the stream */
  add(block: FatigueBlock, atSample: number): FatigueAssessment {
    this.#atSample = atSample
    if (this.#isOtherVoice(block)) {
      // Nothing of the present state is the other voice's; it stays as it was for when the first comes back.
      this.#reason = 'other_voice'
      return this.assessment
    }
    const reference = this.baseline.reference(block)
    this.#reason = this.baseline.lack
    if (reference !== null) this.#compare(block, reference)
    if (!this.#cusum.isRaised) this.baseline.add(block)
    return this.assessment
  }

  /** A new session: what the last one showed no longer counts. */
  beginSession(atSample: number): FatigueAssessment {
    this.#atSample = atSample
    this.#forgetRecent()
    return this.assessment
  }

  /** What waits joins the baseline, unless raised. */
  rollOver(): void {
    if (!this.#cusum.isRaised) this.baseline.rollOver()
  }

  /** Forgets the baseline too. */
  reset(): number {
    this.#forgetRecent()
    return this.baseline.forget()
  }

  #forgetRecent(): void {
    this.#cusum.reset()
    this.#z = 0
    this.#cues = {}
    this.#risingSinceMs = null
    if (this.#reason !== 'off') this.#reason = 'recent_speech'
  }

  #compare(block: FatigueBlock, { scales, blocks }: Reference): void {
    // Of few blocks the median itself is uncertain, and with it how far anything is from it.
    const spread = Math.sqrt(1 + MEDIAN_ERROR / blocks)
    let composite = 0
    const cues: Record<string, CueAssessment> = {}
    FATIGUE_CUES.forEach((cue, c) => {
      const { sign, weight } = CUE_SPECS[cue]
      const { median, sigma } = scales[c]
      const deviation = (sign * (block.values[c] - median)) / (sigma * spread)
      const z = Math.min(MAX_Z, Math.max(-MAX_Z, deviation))
      cues[cue] = { z, contribution: weight * z }
      composite += weight * z
    })
    const kept = halved(block.speechMs / (this.params.emaHalfLifeS * 1000))
    this.#z = kept * this.#z + (1 - kept) * composite
    this.#cues = cues
    this.#trigger(composite, block)
  }

  #trigger(composite: number, { atMs, speechMs }: FatigueBlock): void {
    const wasRaised = this.#cusum.isRaised
    this.#cusum.add(composite, speechMs / BLOCK_MS)
    if (this.#cusum.sum === 0) this.#risingSinceMs = null
    else this.#risingSinceMs ??= atMs
    if (this.#cusum.isRaised && !wasRaised && this.#risingSinceMs !== null) {
      this.baseline.dropSince(this.#risingSinceMs)
    }
  }

  #isOtherVoice({ values }: FatigueBlock): boolean {
    const { pitchSt } = this.baseline
    return pitchSt !== null && Math.abs(values[F0_MEDIAN] - pitchSt) > this.params.otherVoiceSt
  }
}

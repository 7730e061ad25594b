import { SAMPLE_RATE_HZ } from '../units.js'
import type { AffectParams } from './affect-params.js'
import { expectedArousalValence } from './circumplex.js'
import type { AffectState, Judgement } from './judgement.js'
import { halved } from './pinned-exp.js'
import { argmax, probabilityRecord } from './probabilities.js'

export type SmootherParams = Pick<AffectParams, 'smoothingHalfLifeS' | 'forgettingHalfLifeS'>

/** How much the prior weighs beside decisions that have filled the memory. */
const PRIOR_WEIGHT = 0.05

/**
 * The present state from the decisions: an exponential average over time, not over their number. A decision counts
 * for the audio that it is the first to cover, so overlapping windows are not counted twice, and two that say the same
 * of adjoining halves weigh what one of the whole would. What has been heard is forgotten over silence, and the
 * model's prior takes its place. Abstained decisions are not counted; their time passes like silence.
 */
export class Smoother {
  /** Σ weight × probability of each label, and Σ weight, which stays below 1. */
  private readonly weighted: Float64Array
  private mass = 0
  private heardUntil = 0
  private label: string | null = null
  private sinceSample = 0

  constructor(
    private readonly labels: readonly string[],
    private readonly prior: readonly number[],
    private params: SmootherParams,
  ) {
    this.weighted = new Float64Array(labels.length)
  }

  /** @param judgement later than all before it */
  add(judgement: Judgement): void {
    if (judgement.abstained) return
    const end = judgement.startSample + judgement.durationSamples
    const from = Math.max(this.heardUntil, judgement.startSample)
    this.keep(halving(from - this.heardUntil, this.params.forgettingHalfLifeS))
    const kept = halving(Math.max(0, end - from), this.params.smoothingHalfLifeS)
    this.keep(kept)
    this.labels.forEach((label, k) => {
      this.weighted[k] += (1 - kept) * (judgement.probabilities[label] ?? 0)
    })
    this.mass += 1 - kept
    this.heardUntil = Math.max(this.heardUntil, end)
    this.settle(this.probabilitiesAt(this.heardUntil), end)
  }

  /**
   * The state at a time. Over a long silence the prior's label may become the present one: `sinceSample` is then when
   * that was first seen here.
   *
   * @param atSample   now; no earlier than the last decision and the last call
   * @param isSpeaking as the gate says
   * @returns null before the first decision
   */
  state(atSample: number, isSpeaking: boolean): AffectState | null {
    if (this.label === null) return null
    const values = this.probabilitiesAt(atSample)
    const label = this.settle(values, atSample)
    const probabilities = probabilityRecord(this.labels, values)
    return {
      label,
      probabilities,
      ...expectedArousalValence(probabilities),
      speaking: isSpeaking,
      sinceSample: this.sinceSample,
      atSample,
    }
  }

  /** From now on. */
  retune(params: SmootherParams): void {
    this.params = params
  }

  reset(): void {
    this.weighted.fill(0)
    this.mass = 0
    this.heardUntil = 0
    this.label = null
    this.sinceSample = 0
  }

  /** Makes the most probable label the present one. */
  private settle(probabilities: readonly number[], atSample: number): string {
    const present = this.labels[argmax(probabilities)]
    if (present !== this.label) {
      this.label = present
      this.sinceSample = atSample
    }
    return present
  }

  private probabilitiesAt(atSample: number): number[] {
    const kept = halving(Math.max(0, atSample - this.heardUntil), this.params.forgettingHalfLifeS)
    const mass = kept * this.mass
    const priorWeight = PRIOR_WEIGHT * (1 - mass)
    return this.prior.map((p, k) => (kept * this.weighted[k] + priorWeight * p) / (mass + priorWeight))
  }

  private keep(share: number): void {
    for (let k = 0; k < this.weighted.length; k++) this.weighted[k] *= share
    this.mass *= share
  }
}

/** Share left after some samples of a quantity that halves in so many seconds. */
function halving(samples: number, halfLifeS: number): number {
  return halved(samples / (SAMPLE_RATE_HZ * halfLifeS))
}

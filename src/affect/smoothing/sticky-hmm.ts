import { SAMPLE_RATE_HZ } from '../../units.js'
import { pinnedExp } from '../pinned-exp.js'
import { pinnedLog } from '../pinned-log.js'
import { kept } from './kept.js'
import type { FilterParams, LabelFilter } from './label-filter.js'

/** Audio that one decision of the model rests on: so much of it is worth one decision. */
const DECISION_SAMPLES = 3 * SAMPLE_RATE_HZ
/** A decision tells nothing so often, however sure it is: no single one makes or breaks a state. */
const UNTOLD = 0.1
/** A label that the training never saw is not impossible. */
const MIN_PRIOR = 1e-6

/**
 * A hidden Markov model in continuous time whose states are the labels. Who feels something goes on feeling it, for
 * `dwellS` of speech on average, and then feels anything, as often as the prior says; over silence what was known is
 * forgotten by `forgettingHalfLifeS`. A decision's scaled likelihood is its probability over the prior's, to the power
 * of the time that it is the first to cover, in decisions.
 *
 * The probabilities are the forward algorithm's. Beside them runs Viterbi's best path into each label, with the sample
 * at which that path entered it: so a change is dated to where it began, not to where it was noticed. After a silence in
 * which half was forgotten every label begins anew.
 *
 * @see Rabiner 1989, "A tutorial on hidden Markov models and selected applications in speech recognition"; Fox et al.
 *      2011, "A sticky HDP-HMM" (the self-transition's bias)
 */
export class StickyHmm implements LabelFilter {
  #heardUntil = 0
  #forward: number[]
  /** ln of the best path's probability into each label, less the best of all. */
  #best: number[]
  #entered: number[]

  #prior: readonly number[]

  constructor(
    prior: readonly number[],
    private params: FilterParams,
  ) {
    this.#prior = possible(prior)
    this.#forward = [...this.#prior]
    this.#best = this.#prior.map(pinnedLog)
    this.#entered = prior.map(() => 0)
  }

  hear(values: readonly number[], from: number, endSample: number): void {
    const remembered = kept(from - this.#heardUntil, this.params.forgettingHalfLifeS)
    if (remembered < 0.5) this.#entered.fill(from)
    const stays = remembered * pinnedExp(-(endSample - from) / (SAMPLE_RATE_HZ * this.params.dwellS))
    const decisions = (endSample - from) / DECISION_SAMPLES
    const evidence = values.map((p, k) => decisions * pinnedLog(UNTOLD + ((1 - UNTOLD) * p) / this.#prior[k]))
    this.#follow(stays, evidence, from)
    this.#forward = normalised(
      this.#prior.map((p, k) => (stays * this.#forward[k] + (1 - stays) * p) * pinnedExp(evidence[k])),
    )
    this.#heardUntil = endSample
  }

  probabilitiesAt(atSample: number): number[] {
    const stays = kept(atSample - this.#heardUntil, this.params.forgettingHalfLifeS)
    return this.#prior.map((p, k) => stays * this.#forward[k] + (1 - stays) * p)
  }

  enteredAt(label: number): number {
    return this.#entered[label]
  }

  retune(params: FilterParams): void {
    this.params = params
  }

  expect(prior: readonly number[]): void {
    this.#prior = possible(prior)
  }

  reset(): void {
    this.#heardUntil = 0
    this.#forward = [...this.#prior]
    this.#best = this.#prior.map(pinnedLog)
    this.#entered = this.#prior.map(() => 0)
  }

  /** Viterbi's step: into each label from itself, or from the best of all. */
  #follow(stays: number, evidence: readonly number[], from: number): void {
    const top = Math.max(...this.#best)
    const next = this.#prior.map((p, k) => {
      const leaves = (1 - stays) * p
      const byStaying = this.#best[k] + pinnedLog(stays + leaves)
      // Who stays for no time at all cannot have moved either.
      const byMoving = leaves > 0 ? top + pinnedLog(leaves) : -Infinity
      if (byMoving > byStaying) this.#entered[k] = from
      return Math.max(byStaying, byMoving) + evidence[k]
    })
    const best = Math.max(...next)
    this.#best = next.map((value) => value - best)
  }
}

function possible(prior: readonly number[]): number[] {
  return normalised(prior.map((p) => Math.max(p, MIN_PRIOR)))
}

function normalised(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0)
  return values.map((value) => value / sum)
}

import { kept } from './kept.js'
import type { FilterParams, LabelFilter } from './label-filter.js'

/** How much the prior weighs beside decisions that have filled the memory. */
const PRIOR_WEIGHT = 0.05

/**
 * An exponential average over speech. What has been heard is forgotten over silence, and the model's prior takes its
 * place. A label is the present one from the end of the decision that made it the most probable.
 */
export class ExponentialFilter implements LabelFilter {
  /** Σ weight × probability of each label, and Σ weight, which stays below 1. */
  readonly #weighted: Float64Array
  #mass = 0
  #heardUntil = 0

  constructor(
    private prior: readonly number[],
    private params: FilterParams,
  ) {
    this.#weighted = new Float64Array(prior.length)
  }

  hear(values: readonly number[], from: number, endSample: number): void {
    this.#keep(kept(from - this.#heardUntil, this.params.forgettingHalfLifeS))
    const old = kept(endSample - from, this.params.smoothingHalfLifeS)
    this.#keep(old)
    values.forEach((p, k) => {
      this.#weighted[k] += (1 - old) * p
    })
    this.#mass += 1 - old
    this.#heardUntil = endSample
  }

  probabilitiesAt(atSample: number): number[] {
    const left = kept(atSample - this.#heardUntil, this.params.forgettingHalfLifeS)
    const mass = left * this.#mass
    const priorWeight = PRIOR_WEIGHT * (1 - mass)
    return this.prior.map((p, k) => (left * this.#weighted[k] + priorWeight * p) / (mass + priorWeight))
  }

  enteredAt(): number {
    return this.#heardUntil
  }

  retune(params: FilterParams): void {
    this.params = params
  }

  expect(prior: readonly number[]): void {
    this.prior = prior
  }

  reset(): void {
    this.#weighted.fill(0)
    this.#mass = 0
    this.#heardUntil = 0
  }

  #keep(share: number): void {
    for (let k = 0; k < this.#weighted.length; k++) this.#weighted[k] *= share
    this.#mass *= share
  }
}

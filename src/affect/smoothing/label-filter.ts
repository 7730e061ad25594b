import type { AffectParams } from '../affect-params.js'

export type FilterParams = Pick<AffectParams, 'smoothingHalfLifeS' | 'forgettingHalfLifeS' | 'dwellS'>

/**
 * What decisions say together of the present, over the labels in the model's order. Time is in samples, and only time
 * counts: two decisions that say the same of adjoining stretches weigh what one of the whole would.
 */
export interface LabelFilter {
  /**
   * A decision says this of what was heard between two samples; nobody spoke between the last `endSample` and `from`.
   *
   * @param values one probability a label, sum 1; not retained
   * @param from   no earlier than the last `endSample`
   */
  hear(values: readonly number[], from: number, endSample: number): void
  /** @param atSample no earlier than the last `endSample`; nobody has spoken since */
  probabilitiesAt(atSample: number): number[]
  /** When the label became the present one, as far as is known at the last decision, should it be that now. */
  enteredAt(label: number): number
  /** From now on. */
  retune(params: FilterParams): void
  /** Another prior over the same labels, from now on. */
  expect(prior: readonly number[]): void
  reset(): void
}

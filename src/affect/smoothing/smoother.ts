import type { AffectParams } from '../affect-params.js'
import { expectedArousalValence } from '../circumplex.js'
import type { AffectState, Judgement } from '../judgement.js'
import { argmax, probabilityRecord } from '../probabilities.js'
import { ExponentialFilter } from './exponential-filter.js'
import type { FilterParams, LabelFilter } from './label-filter.js'
import { StickyHmm } from './sticky-hmm.js'

export type SmootherParams = FilterParams & Pick<AffectParams, 'smoothing'>

/**
 * The present state from the decisions. A decision counts for the audio that it is the first to cover, so overlapping
 * windows are not counted twice. Abstained decisions are not counted; their time passes like silence, in which what was
 * heard fades into the model's prior.
 *
 * The state is the microphone's, not a person's: nobody is told apart. Another voice takes the present one's place as it
 * speaks, as fast as another mood would.
 */
export class Smoother {
  readonly #filter: LabelFilter
  #heardUntil = 0
  #label: string | null = null
  #sinceSample = 0

  constructor(
    private readonly labels: readonly string[],
    prior: readonly number[],
    params: SmootherParams,
  ) {
    switch (params.smoothing) {
      case 'exponential':
        this.#filter = new ExponentialFilter(prior, params)
        break
      case 'hmm':
        this.#filter = new StickyHmm(prior, params)
    }
  }

  /** @param judgement later than all before it */
  add(judgement: Judgement): void {
    if (judgement.abstained) return
    const from = Math.max(this.#heardUntil, judgement.startSample)
    const endSample = Math.max(from, judgement.startSample + judgement.durationSamples)
    this.#filter.hear(
      this.labels.map((label) => judgement.probabilities[label] ?? 0),
      from,
      endSample,
    )
    this.#heardUntil = endSample
    const values = this.#filter.probabilitiesAt(endSample)
    this.#settle(values, this.#filter.enteredAt(argmax(values)))
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
    if (this.#label === null) return null
    const values = this.#filter.probabilitiesAt(Math.max(atSample, this.#heardUntil))
    const label = this.#settle(values, atSample)
    const probabilities = probabilityRecord(this.labels, values)
    return {
      label,
      probabilities,
      ...expectedArousalValence(probabilities),
      speaking: isSpeaking,
      sinceSample: this.#sinceSample,
      atSample,
    }
  }

  /** From now on; another kind of smoothing needs another smoother. */
  retune(params: FilterParams): void {
    this.#filter.retune(params)
  }

  /** Another model decides from now on: its prior takes the place of the old one's. */
  expect(prior: readonly number[]): void {
    this.#filter.expect(prior)
  }

  reset(): void {
    this.#filter.reset()
    this.#heardUntil = 0
    this.#label = null
    this.#sinceSample = 0
  }

  /** Makes the most probable label the present one. */
  #settle(probabilities: readonly number[], sinceSample: number): string {
    const present = this.labels[argmax(probabilities)]
    if (present !== this.#label) {
      this.#label = present
      // A change may be dated back, but not to before the change before it.
      this.#sinceSample = Math.max(sinceSample, this.#sinceSample)
    }
    return present
  }
}

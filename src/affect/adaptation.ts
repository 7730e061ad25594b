import type { AdaptationParams } from './adaptation-params.js'
import type { Judgement } from './judgement.js'

/** Labels of a voice at rest. A model that lacks one of them gives it no probability. */
const AT_REST = ['neutral', 'calm'] as const

/**
 * Whether a voice is learnt from a window, by what the agent itself judged it to be. No label from outside is used.
 *
 * - `off`: never.
 * - `neutral`: if the decision stands and says neutral or calm.
 * - `all`: whatever it says, and however sure it is, but not where there was too little speech or too much noise.
 */
export function isLearntFrom(
  judgement: Pick<Judgement, 'probabilities' | 'abstainReason'>,
  params: Pick<AdaptationParams, 'mode' | 'minProbability'>,
): boolean {
  const { probabilities, abstainReason } = judgement
  switch (params.mode) {
    case 'off':
      return false
    case 'neutral': {
      const atRest = AT_REST.reduce((sum, label) => sum + (probabilities[label] ?? 0), 0)
      return abstainReason === null && atRest >= params.minProbability
    }
    case 'all':
      return abstainReason === null || abstainReason === 'low_confidence'
  }
}

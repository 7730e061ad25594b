import t from 'tap'
import { isLearntFrom } from '../../src/affect/adaptation.js'
import type { AbstainReason, Judgement } from '../../src/affect/judgement.js'

const judged = (
  probabilities: Record<string, number>,
  abstainReason: AbstainReason | null = null,
): Pick<Judgement, 'probabilities' | 'abstainReason'> => ({ probabilities, abstainReason })

const CALM = { neutral: 0.3, calm: 0.25, angry: 0.45 }
const ANGRY = { neutral: 0.2, calm: 0.25, angry: 0.55 }

t.test('a voice is learnt from what was judged neutral or calm, both together', async (t) => {
  const params = { mode: 'neutral', minProbability: 0.5 } as const
  t.equal(isLearntFrom(judged(CALM), params), true)
  t.equal(isLearntFrom(judged(ANGRY), params), false)
  t.equal(isLearntFrom(judged(CALM), { ...params, minProbability: 0.6 }), false)
  t.equal(isLearntFrom(judged({ neutral: 0.5, angry: 0.5 }), params), true, 'a model without calm')
  t.equal(isLearntFrom(judged({ angry: 1 }), params), false, 'a model without either')
})

t.test('nothing is learnt of a decision that abstains', async (t) => {
  for (const reason of ['no_speech', 'too_little_speech', 'low_snr', 'low_confidence'] as const) {
    t.equal(isLearntFrom(judged(CALM, reason), { mode: 'neutral', minProbability: 0 }), false, reason)
  }
})

t.test('off learns nothing, all learns from whatever was heard well', async (t) => {
  t.equal(isLearntFrom(judged(CALM), { mode: 'off', minProbability: 0 }), false)
  const all = { mode: 'all', minProbability: 1 } as const
  t.equal(isLearntFrom(judged(ANGRY), all), true)
  t.equal(isLearntFrom(judged(ANGRY, 'low_confidence'), all), true)
  for (const reason of ['no_speech', 'too_little_speech', 'low_snr'] as const) {
    t.equal(isLearntFrom(judged(CALM, reason), all), false, reason)
  }
})

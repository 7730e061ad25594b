import fc from 'fast-check'
import t from 'tap'
import { argmax } from '../../../src/affect/probabilities.js'
import { StickyHmm } from '../../../src/affect/smoothing/sticky-hmm.js'
import { SAMPLE_RATE_HZ as S } from '../../../src/units.js'

const PRIOR = [0.6, 0.2, 0.2]
const PARAMS = { smoothingHalfLifeS: 6, forgettingHalfLifeS: 60, dwellS: 30 }
const [NEUTRAL, ANGRY] = [0, 1]
const SURELY_NEUTRAL = [0.9, 0.05, 0.05]
const SURELY_ANGRY = [0.05, 0.9, 0.05]
const SURELY_SAD = [0.05, 0.05, 0.9]

const newHmm = (): StickyHmm => new StickyHmm(PRIOR, PARAMS)

/** Hears as many decisions, each of 1.5 s of speech. @returns when they end, s */
function hear(hmm: StickyHmm, values: readonly number[], fromS: number, count: number): number {
  for (let n = 0; n < count; n++) hmm.hear(values, (fromS + 1.5 * n) * S, (fromS + 1.5 * (n + 1)) * S)
  return fromS + 1.5 * count
}

const labelAt = (hmm: StickyHmm, atS: number): number => argmax(hmm.probabilitiesAt(atS * S))

t.test('before anything is heard there is the prior', async (t) => {
  t.strictSame(newHmm().probabilitiesAt(0), PRIOR)
})

t.test('one odd decision does not change a settled state, several do', async (t) => {
  const hmm = newHmm()
  let endS = hear(hmm, SURELY_NEUTRAL, 0, 10)
  endS = hear(hmm, SURELY_ANGRY, endS, 1)
  t.equal(labelAt(hmm, endS), NEUTRAL)
  endS = hear(hmm, SURELY_ANGRY, endS, 4)
  t.equal(labelAt(hmm, endS), ANGRY)
})

t.test('a change is dated to where it began, not to where it was noticed', async (t) => {
  const hmm = newHmm()
  const changeS = hear(hmm, SURELY_NEUTRAL, 0, 10)
  hear(hmm, SURELY_ANGRY, changeS, 5)
  t.equal(hmm.enteredAt(ANGRY), changeS * S)
})

t.test('two decisions on adjoining halves weigh what one of the whole does', async (t) => {
  const [halves, whole] = [newHmm(), newHmm()]
  halves.hear(SURELY_ANGRY, 0, 1.5 * S)
  halves.hear(SURELY_ANGRY, 1.5 * S, 3 * S)
  whole.hear(SURELY_ANGRY, 0, 3 * S)
  const [p, q] = [halves.probabilitiesAt(3 * S), whole.probabilitiesAt(3 * S)]
  t.ok(
    Math.abs(p[ANGRY] - q[ANGRY]) < 0.02,
    `${p[ANGRY]} and ${q[ANGRY]}: but for what may change between them`,
  )
})

t.test('over silence the state fades into the prior, and a new run begins', async (t) => {
  const hmm = newHmm()
  const endS = hear(hmm, SURELY_ANGRY, 0, 10)
  t.equal(labelAt(hmm, endS + 10), ANGRY)
  const later = hmm.probabilitiesAt((endS + 3600) * S)
  t.ok(later.every((p, k) => Math.abs(p - PRIOR[k]) < 1e-6))
  hear(hmm, SURELY_ANGRY, endS + 3600, 5)
  t.equal(hmm.enteredAt(ANGRY), (endS + 3600) * S)
})

t.test('whatever is heard, the probabilities are a distribution, and no entry lies ahead', async () => {
  const values = fc.constantFrom(SURELY_NEUTRAL, SURELY_ANGRY, SURELY_SAD, [1, 0, 0], [0, 0, 1], PRIOR)
  const steps = fc.array(
    fc.tuple(values, fc.integer({ min: 0, max: 100 * S }), fc.integer({ min: 0, max: 30 * S })),
  )
  const priors = fc.constantFrom(PRIOR, [1, 0, 0], [1 / 3, 1 / 3, 1 / 3])
  fc.assert(
    fc.property(steps, priors, (heard, prior) => {
      const hmm = new StickyHmm(prior, PARAMS)
      let at = 0
      for (const [p, gap, length] of heard) {
        hmm.hear(p, at + gap, at + gap + length)
        at += gap + length
        const now = hmm.probabilitiesAt(at)
        const sum = now.reduce((a, b) => a + b, 0)
        if (!(Math.abs(sum - 1) < 1e-9) || !now.every((value) => value >= 0)) return false
        if (!now.every((_, k) => hmm.enteredAt(k) <= at)) return false
      }
      return true
    }),
  )
})

t.test('what was reset has heard nothing', async (t) => {
  const hmm = newHmm()
  hear(hmm, SURELY_ANGRY, 0, 10)
  hmm.reset()
  t.strictSame(hmm.probabilitiesAt(0), PRIOR)
  t.equal(hmm.enteredAt(ANGRY), 0)
})

t.test('a longer dwell waits for more', async (t) => {
  const hmm = newHmm()
  hmm.retune({ ...PARAMS, dwellS: 3600 })
  const endS = hear(hmm, SURELY_NEUTRAL, 0, 10)
  const mixed = [0.35, 0.5, 0.15]
  t.equal(labelAt(hmm, hear(hmm, mixed, endS, 4)), NEUTRAL)
  const quick = newHmm()
  quick.retune({ ...PARAMS, dwellS: 2 })
  hear(quick, SURELY_NEUTRAL, 0, 10)
  t.equal(labelAt(quick, hear(quick, mixed, endS, 4)), ANGRY)
})

import fc from 'fast-check'
import t from 'tap'
import { warmPlans } from '../../training/src/evaluate/warm-plan.js'
import { aClip } from '../support/corpus-clips.js'

function clips(count: number, speakers: number): ReturnType<typeof aClip>[] {
  return Array.from({ length: count }, (_, i) =>
    aClip({ name: `clip${i}`, speaker: String(i % speakers), label: i % 3 === 0 ? 'sad' : 'angry' }),
  )
}

t.test('what was heard before is never scored, and every other clip is', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 1000 }), (heard, seed) => {
      const all = clips(40, 4)
      const plans = warmPlans(all, heard, seed)
      const scored = plans.flatMap((plan) => plan.scored)
      const warmUp = plans.flatMap((plan) => plan.warmUp)
      return (
        plans.length === 4 &&
        plans.every((plan) => plan.warmUp.length === heard) &&
        plans.every(
          (plan) => new Set([...plan.warmUp, ...plan.scored].map(({ speaker }) => speaker)).size === 1,
        ) &&
        scored.every((clip) => !warmUp.includes(clip)) &&
        new Set([...scored, ...warmUp]).size === all.length
      )
    }),
  )
})

t.test('the draw follows the seed and the names, not the order of the clips or their labels', async (t) => {
  const all = clips(40, 4)
  const names = (seed: number, of = all): string[] =>
    warmPlans(of, 3, seed)
      .flatMap(({ warmUp }) => warmUp.map(({ name }) => name))
      .sort()
  t.same(names(1), names(1, [...all].reverse()))
  t.same(
    names(1),
    names(
      1,
      all.map((clip) => ({ ...clip, label: 'happy' as const })),
    ),
  )
  t.notSame(names(1), names(2))
})

t.test('a speaker with nothing left to score is refused', async (t) => {
  t.throws(() => warmPlans(clips(8, 4), 2, 1), { code: 'EVALUATION_WARM', message: /2 clips/ })
})

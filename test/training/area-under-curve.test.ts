import fc from 'fast-check'
import t from 'tap'
import { areaUnderCurve } from '../../training/src/evaluate/area-under-curve.js'

t.test('perfect, reversed and blind scores have areas 1, 0 and ½', async (t) => {
  t.equal(areaUnderCurve([1, 2, 3, 4], [false, false, true, true]), 1)
  t.equal(areaUnderCurve([1, 2, 3, 4], [true, true, false, false]), 0)
  t.equal(areaUnderCurve([5, 5, 5, 5], [true, false, true, false]), 0.5)
})

t.test('the area is the share of pairs in order, ties counting half', async () => {
  const items = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), {
    minLength: 2,
    maxLength: 40,
  })
  fc.assert(
    fc.property(items, (items) => {
      const of = (wanted: boolean) => items.filter(([, is]) => is === wanted).map(([score]) => score)
      const [positives, negatives] = [of(true), of(false)]
      fc.pre(positives.length > 0 && negatives.length > 0)
      const pairs = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)))
      const expected = pairs.reduce((a: number, b) => a + b, 0) / pairs.length
      const actual = areaUnderCurve(
        items.map(([score]) => score),
        items.map(([, is]) => is),
      )
      return Math.abs(actual - expected) < 1e-12
    }),
  )
})

t.test('one class alone has no area', async (t) => {
  t.ok(Number.isNaN(areaUnderCurve([1, 2], [true, true])))
})

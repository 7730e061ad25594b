import fc from 'fast-check'
import t from 'tap'
import { roundProbabilities, roundTo } from '../../src/publish/wire-numbers.js'

t.test('numbers are rounded to their decimals, never to minus zero', (t) => {
  t.equal(roundTo(-23.449, 1), -23.4)
  t.equal(roundTo(0.6249, 3), 0.625)
  t.ok(Object.is(roundTo(-0.00001, 3), 0))
  for (const bad of [NaN, Infinity, -Infinity]) {
    t.throws(() => roundTo(bad, 1), { code: 'INTERNAL_NOT_FINITE' })
  }
  t.end()
})

t.test('rounded probabilities sum to 1, keep their order and their label as only maximum', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }),
      (values) => {
        fc.pre(values.some((value) => value > 0))
        const best = values.indexOf(Math.max(...values))
        const sum = values.reduce((a, b) => a + b, 0)
        const given = Object.fromEntries(values.map((value, i) => [`c${i}`, value / sum]))
        const rounded = roundProbabilities(given, `c${best}`)
        const out = Object.values(rounded)
        t.same(Object.keys(rounded), Object.keys(given))
        const total = out.reduce((a, b) => a + b, 0)
        return (
          Math.abs(total - 1) < 1e-9 &&
          out.every((p, i) => p >= 0 && Math.abs(p - (given[`c${i}`] as number)) <= 1e-5) &&
          out.every((p, i) => i === best || p < (out[best] as number)) &&
          out.every((p) => /^\d(\.\d{1,6})?$|^[1-9]e-6$|^\de-\d$/.test(String(p)))
        )
      },
    ),
    { numRuns: 300 },
  )
  t.end()
})

t.test('equal probabilities leave no doubt about the label', (t) => {
  const rounded = roundProbabilities({ a: 0.25, b: 0.25, c: 0.25, d: 0.25 }, 'c')
  t.ok((rounded['c'] as number) > Math.max(...['a', 'b', 'd'].map((label) => rounded[label] as number)))
  t.end()
})

t.test('what is no distribution is our bug', (t) => {
  for (const bad of [
    { a: NaN, b: 1 },
    { a: -0.1, b: 1.1 },
    { a: 0, b: 0 },
    { a: Infinity, b: 0 },
    {},
    { b: 1 },
  ]) {
    t.throws(() => roundProbabilities(bad as Record<string, number>, 'a'), { code: 'INTERNAL_PROBABILITIES' })
  }
  t.end()
})

import fc from 'fast-check'
import t from 'tap'
import { DEFAULT_STAGES, parseStages, stageEnds } from '../../../src/cli/fleet/stages.js'

const ends = (text: string, count: number): readonly number[] =>
  stageEnds(parseStages('fleet set', text), count)

t.test('one device first, then a tenth of them, then all', (t) => {
  t.same(ends(DEFAULT_STAGES, 100), [1, 10, 100])
  t.same(ends(DEFAULT_STAGES, 25), [1, 3, 25])
  t.same(ends(DEFAULT_STAGES, 5), [1, 5], 'a tenth of five is the one that was changed already')
  t.same(ends(DEFAULT_STAGES, 1), [1])
  t.same(ends(DEFAULT_STAGES, 0), [])
  t.same(ends('2,1,50%', 10), [2, 5], 'a stage that is over already is none')
  t.same(ends('3', 10), [3], 'what the last stage leaves out is left out')
  t.end()
})

t.test('stages that say nothing are refused', (t) => {
  for (const text of ['', '0', '0%', '101%', '-1', '1;2', '1.5', 'all', '1,,2', '1e3']) {
    t.throws(() => parseStages('fleet set', text), { code: 'USAGE_ARGUMENTS' }, text)
  }
  t.end()
})

t.test('stages rise, and none goes beyond the devices there are', (t) => {
  const stage = fc.oneof(
    fc.integer({ min: 1, max: 999 }).map(String),
    fc.integer({ min: 1, max: 100 }).map((percent) => `${percent}%`),
  )
  fc.assert(
    fc.property(fc.array(stage, { minLength: 1, maxLength: 6 }), fc.nat(1000), (stages, count) => {
      const all = ends(stages.join(','), count)
      return all.every((end, i) => end > (all[i - 1] ?? 0) && end <= count)
    }),
  )
  t.end()
})

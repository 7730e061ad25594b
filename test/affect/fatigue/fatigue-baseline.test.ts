import fc from 'fast-check'
import t from 'tap'
import {
  FatigueBaseline,
  MAX_PENDING_BLOCKS,
  MAX_STRATUM_BLOCKS,
} from '../../../src/affect/fatigue/fatigue-baseline.js'
import {
  CUE_SPECS,
  FATIGUE_CUES,
  QUIETNESSES,
  quietness,
  timeOfDay,
  TIMES_OF_DAY,
} from '../../../src/affect/fatigue/fatigue-cues.js'
import { medianOf, robustScale } from '../../../src/affect/fatigue/robust-scale.js'
import { block, DAY_MS, NOON_MS, params, sessions } from './blocks.js'

function learnt(blocks = sessions()): FatigueBaseline {
  const baseline = new FatigueBaseline(params())
  for (const each of blocks) baseline.add(each)
  baseline.rollOver()
  return baseline
}

t.test('the weights sum to one, the strongest cues first', async (t) => {
  const weights = FATIGUE_CUES.map((cue) => CUE_SPECS[cue].weight)
  t.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12)
  t.same(
    weights,
    [...weights].sort((a, b) => b - a),
  )
})

t.test('six hours of the day are a stratum, and so are three degrees of noise', async (t) => {
  t.same([0, 5.9, 6, 12, 18, 23.9, 24, -1].map(timeOfDay), [0, 0, 1, 2, 3, 3, 3, 0])
  t.same([-10, 11.9, 12, 23.9, 24, 80].map(quietness), [0, 0, 1, 1, 2, 2])
})

t.test('the median and the MAD are not moved by fewer than half the values', async (t) => {
  t.same(robustScale([1, 2, 3, 4, 5]), { median: 3, sigma: 1.4826 })
  t.equal(medianOf([4, 1]), 2.5)
  const value = fc.double({ min: -10, max: 10, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 3, maxLength: 9 }), (values) => {
      const wild = values
        .slice(1)
        .map(() => 1e9)
        .slice(0, Math.floor((values.length - 1) / 2))
      const { median, sigma } = robustScale([...values, ...wild])
      return Math.abs(median) <= 10 && sigma <= 1.4826 * 20
    }),
  )
})

t.test('a baseline speaks after three sessions and ten minutes of speech, not before', async (t) => {
  const all = sessions()
  t.equal(learnt(all.slice(0, 8)).lack, 'baseline_sessions')
  t.equal(learnt(all.slice(0, 9)).lack, 'baseline_speech', 'three sessions, nine minutes')
  t.equal(learnt(all.slice(0, 9)).reference(block()), null)
  t.equal(learnt(all.slice(0, 10)).lack, null)
  t.ok(learnt(all.slice(0, 10)).reference(block()))
})

t.test('what was heard joins at the roll-over only', async (t) => {
  const baseline = new FatigueBaseline(params())
  for (const each of sessions()) baseline.add(each)
  t.equal(baseline.sessions, 0)
  t.equal(baseline.speechMs, 0)
  t.equal(baseline.pending.length, 16)
  const { revision } = baseline
  baseline.rollOver()
  t.equal(baseline.sessions, 4)
  t.equal(baseline.speechMs, 16 * 60_000)
  t.equal(baseline.pending.length, 0)
  t.ok(baseline.revision > revision)
  const again = baseline.revision
  baseline.rollOver()
  t.equal(baseline.revision, again, 'nothing waited, nothing changed')
})

t.test('a stratum is used where it has enough of several sessions, else a coarser one', async (t) => {
  const evening = sessions({ timeOfDay: 3 }).map((each) => ({
    ...each,
    values: each.values.map((value, c) => (c === 0 ? value - 1 : value)),
  }))
  const rateAt = (baseline: FatigueBaseline, time: number, quiet: number): number =>
    baseline.reference({ timeOfDay: time, quietness: quiet })?.scales[0].median ?? NaN
  const both = learnt([...sessions(), ...evening])
  t.ok(Math.abs(rateAt(both, 2, 2) - 4) < 0.1)
  t.ok(Math.abs(rateAt(both, 3, 2) - 3) < 0.1)
  t.ok(Math.abs(rateAt(both, 0, 2) - 3.5) < 0.6, 'of another time: all of this noise')
  t.equal(both.reference({ timeOfDay: 0, quietness: 0 })?.blocks, 32, 'of another noise: all')
  const few = learnt([...sessions(), ...evening.slice(0, 7)])
  t.equal(few.reference({ timeOfDay: 3, quietness: 2 })?.blocks, 23, 'too few blocks')
  const oneEvening = evening.map((each) => ({ ...each, sessionMs: NOON_MS }))
  t.equal(
    learnt([...sessions(), ...oneEvening]).reference({ timeOfDay: 3, quietness: 2 })?.blocks,
    32,
    'one session is no baseline, however long',
  )
})

t.test('memory is bounded in every stratum, and the oldest gives way', async () => {
  const someBlock = fc
    .tuple(fc.nat(TIMES_OF_DAY - 1), fc.nat(QUIETNESSES - 1), fc.boolean())
    .map(([time, quiet, rolls]) => ({ time, quiet, rolls }))
  fc.assert(
    fc.property(fc.array(someBlock, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (list, times) => {
      const baseline = new FatigueBaseline(params())
      let atMs = NOON_MS
      for (let n = 0; n < times; n++) {
        for (const { time, quiet, rolls } of list) {
          atMs += 60_000
          baseline.add(block({}, { atMs, timeOfDay: time, quietness: quiet }))
          if (rolls) baseline.rollOver()
        }
      }
      const { blocks, pending } = baseline
      const counts = new Map<string, number>()
      for (const { timeOfDay: time, quietness: quiet } of blocks) {
        counts.set(`${time} ${quiet}`, (counts.get(`${time} ${quiet}`) ?? 0) + 1)
      }
      const isInOrder = blocks.every((each, n) => n === 0 || each.atMs > blocks[n - 1].atMs)
      return (
        pending.length <= MAX_PENDING_BLOCKS &&
        isInOrder &&
        [...counts.values()].every((count) => count <= MAX_STRATUM_BLOCKS)
      )
    }),
    { numRuns: 30 },
  )
})

t.test(
  'a few odd blocks do not move it, and blocks that agree do not make it narrower than the floor',
  async (t) => {
    const odd = sessions().map((each, n) => (n % 4 === 0 ? block({ syllable_rate: 40 }, each) : each))
    const scale = learnt(odd).reference(block())?.scales[0]
    t.ok(scale && Math.abs(scale.median - 4) < 0.2 && scale.sigma < 0.4)
    const same = learnt(sessions().map(({ sessionMs }) => block({}, { sessionMs })))
    t.equal(same.reference(block())?.scales[0].sigma, CUE_SPECS.syllable_rate.minSigma)
  },
)

t.test('what is restored is what was, and what is forgotten is gone', async (t) => {
  const before = learnt()
  before.add(block({}, { atMs: NOON_MS + DAY_MS }))
  const after = new FatigueBaseline(params())
  after.restore(before.blocks, before.pending)
  t.same(after.blocks, before.blocks)
  t.same(after.pending, before.pending)
  t.equal(after.pitchSt, before.pitchSt)
  t.equal(after.forget(), 17 * 60_000)
  t.same([after.blocks, after.pending, after.pitchSt], [[], [], null])
})

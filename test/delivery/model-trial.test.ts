import fc from 'fast-check'
import t from 'tap'
import { ModelTrial } from '../../src/delivery/model-trial.js'

const trial = (): ModelTrial => new ModelTrial({ trialMs: 1000, maxInferenceMs: () => 100, nowMs: 5 })

t.test('a trial lasts as long as it is to', async (t) => {
  t.equal(trial().remainingMs(5), 1000)
  t.equal(trial().remainingMs(905), 100)
  t.equal(trial().remainingMs(9999), 0)
})

t.test('too slow is more than one window in twenty, and more than two', (t) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(50, 100, 101, 5000), { maxLength: 200 }), (durationsMs) => {
      const one = trial()
      for (const durationMs of durationsMs) one.inferenceTook(durationMs)
      const slow = durationsMs.filter((durationMs) => durationMs > 100).length
      return one.isTooSlow === (slow > 2 && slow > 0.05 * durationsMs.length) && one.slow === slow
    }),
  )
  t.end()
})

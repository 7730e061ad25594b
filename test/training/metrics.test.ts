import t from 'tap'
import { clipProbabilities } from '../../training/src/evaluate/clip-decision.js'
import { metricsOf } from '../../training/src/evaluate/metrics.js'
import { expectedCalibrationError } from '../../training/src/evaluate/reliability.js'
import { fitTemperature } from '../../training/src/evaluate/temperature.js'
import { createRandom } from '../../training/src/random.js'

t.test('unweighted accuracy weighs classes alike, weighted accuracy clips', async (t) => {
  const right = { truth: 0, probabilities: [0.9, 0.1] }
  const wrong = { truth: 1, probabilities: [0.6, 0.4] }
  const metrics = metricsOf([right, right, right, wrong], ['a', 'b'])
  t.equal(metrics.ua, 0.5)
  t.equal(metrics.wa, 0.75)
  t.same(metrics.confusion, [
    [3, 0],
    [1, 0],
  ])
  t.equal(metrics.perClass[0]?.precision, 0.75)
})

t.test('a class without clips counts neither for nor against', async (t) => {
  t.equal(metricsOf([{ truth: 0, probabilities: [1, 0, 0] }], ['a', 'b', 'c']).ua, 1)
})

t.test('calibration error is the gap between confidence and hits', async (t) => {
  const outcomes = [0, 1, 1, 1].map((truth) => ({ truth, probabilities: [0.85, 0.15] }))
  t.ok(Math.abs(expectedCalibrationError(outcomes) - 0.6) < 1e-12)
})

t.test('the temperature that blurred the logits is found again', async (t) => {
  const random = createRandom(7)
  const outcomes = Array.from({ length: 4000 }, () => {
    const logits = [random.normal(), random.normal(), random.normal()]
    const weights = logits.map((x) => Math.exp(x))
    const total = weights.reduce((a, b) => a + b, 0)
    let left = random.next() * total
    const truth = weights.findIndex((w) => (left -= w) <= 0)
    return { truth: Math.max(0, truth), logits: logits.map((x) => x * 2.5) }
  })
  t.ok(Math.abs(fitTemperature(outcomes) - 2.5) < 0.25)
})

t.test("a clip's decision weighs its windows by the speech in them", async (t) => {
  const windows = [
    { probabilities: [1, 0], speechMs: 3000 },
    { probabilities: [0, 1], speechMs: 1000 },
  ]
  t.same(clipProbabilities(windows), [0.75, 0.25])
})

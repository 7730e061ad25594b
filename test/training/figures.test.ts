import fc from 'fast-check'
import t from 'tap'
import { bootstrapInterval } from '../../training/src/evaluate/bootstrap.js'
import { figuresOf, formReport, groupFigures } from '../../training/src/evaluate/figures.js'
import { expectedCalibrationError, reliabilityBins } from '../../training/src/evaluate/reliability.js'
import { spreadOf } from '../../training/src/evaluate/spread.js'
import {
  atTemperatureOne,
  restrictedTo,
  verdictOn,
  type Verdict,
} from '../../training/src/evaluate/verdict.js'
import { aClip } from '../support/corpus-clips.js'

const LABELS = ['neutral', 'angry', 'sad']

function verdict(truth: number, probabilities: readonly number[], fields: Partial<Verdict> = {}): Verdict {
  const clip = { corpus: 'ravdess', name: 'a', speaker: '1', sex: 'female' } as const
  return { ...clip, truth, probabilities, uncalibrated: probabilities, abstained: false, ...fields }
}

t.test('each class stands against the rest by its own probability', async (t) => {
  const { auc } = figuresOf(
    [verdict(1, [0.1, 0.7, 0.2]), verdict(1, [0.5, 0.4, 0.1]), verdict(0, [0.5, 0.45, 0.05])],
    LABELS,
  )
  t.equal(auc['angry'], 0.5)
  t.equal(auc['neutral'], 0.75, 'equal scores count half')
  t.notOk('sad' in auc, 'a class without clips has no area')
})

t.test('abstentions are counted, and accuracy is told where there were none', async (t) => {
  const { abstention, wa } = figuresOf(
    [verdict(0, [0.9, 0.1, 0]), verdict(1, [0.5, 0.4, 0.1], { abstained: true })],
    LABELS,
  )
  t.equal(wa, 0.5)
  t.same(abstention, { share: 0.5, wa: 1, ua: 1 })
})

t.test('folds give a mean and a sample standard deviation, pooled figures come from all clips', async (t) => {
  const right = verdict(0, [1, 0, 0])
  const wrong = verdict(0, [0, 1, 0])
  const report = formReport(
    [
      { fold: '1', verdicts: [right, right] },
      { fold: '2', verdicts: [right, wrong, wrong, wrong] },
    ],
    LABELS,
  )
  t.equal(report.spread.ua.mean, (1 + 0.25) / 2)
  t.ok(Math.abs(report.spread.ua.sd - 0.75 / Math.SQRT2) < 1e-12)
  t.equal(report.ua, 0.5)
  t.same(
    report.folds.map(({ name, clips, ua }) => [name, clips, ua]),
    [
      ['1', 2, 1],
      ['2', 4, 0.25],
    ],
  )
})

t.test('groups come in the order of their names, numbers as numbers', async (t) => {
  const of = (speaker: string): Verdict => verdict(0, [1, 0, 0], { speaker })
  const groups = groupFigures([of('10'), of('2'), of('1'), of('2')], LABELS, ({ speaker }) => speaker)
  t.same(
    groups.map(({ name, clips }) => [name, clips]),
    [
      ['1', 1],
      ['2', 2],
      ['10', 1],
    ],
  )
})

t.test('the bins hold every clip, and their gaps are the calibration error', async () => {
  const outcome = fc
    .tuple(fc.integer({ min: 0, max: 1 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([truth, p]) => ({ truth, probabilities: [p, 1 - p] }))
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 60 }), (outcomes) => {
      const bins = reliabilityBins(outcomes, 10)
      const clips = bins.reduce((sum, bin) => sum + bin.clips, 0)
      const inside = bins.every(
        (b) => b.clips === 0 || (b.confidence >= b.from - 1e-9 && b.confidence <= b.to + 1e-9),
      )
      const gap = bins.reduce((sum, b) => sum + (b.clips / clips) * Math.abs(b.confidence - b.accuracy), 0)
      return (
        clips === outcomes.length && inside && Math.abs(gap - expectedCalibrationError(outcomes, 10)) < 1e-9
      )
    }),
  )
})

t.test('a bootstrap interval covers its figure, is seeded, and narrows with more clips', async (t) => {
  const share = (sample: readonly number[]): number => spreadOf(sample).mean
  const few = Array.from({ length: 40 }, (_, i) => i % 2)
  const many = Array.from({ length: 4000 }, (_, i) => i % 2)
  const [low, high] = bootstrapInterval(few, share, 1)
  t.ok(low < 0.5 && high > 0.5)
  // A binomial's: 0.5 ± 1.96 · √(0.25 / 40).
  t.ok(Math.abs(high - low - 2 * 0.155) < 0.06, `${low} to ${high}`)
  t.same(bootstrapInterval(few, share, 1), [low, high])
  const [lower, higher] = bootstrapInterval(many, share, 1)
  t.ok(higher - lower < (high - low) / 5)
})

t.test('one value has no spread', async (t) => {
  t.same(spreadOf([3]), { mean: 3, sd: 0, count: 1 })
})

t.test('what the temperature did to the probabilities is undone', async (t) => {
  const softmax = (logits: readonly number[], temperature: number): number[] => {
    const weights = logits.map((z) => Math.exp(z / temperature))
    return weights.map((w) => w / weights.reduce((a, b) => a + b))
  }
  const logits = [2.5, -1, 0.3]
  const undone = atTemperatureOne(softmax(logits, 1.7), 1.7)
  softmax(logits, 1).forEach((p, k) => t.ok(Math.abs(p - (undone[k] as number)) < 1e-12))
})

t.test('among the classes that a corpus knows, the others get nothing', async (t) => {
  const { probabilities } = restrictedTo(verdict(1, [0.5, 0.3, 0.2]), LABELS, ['angry', 'sad'])
  t.same(
    probabilities.map((p) => p.toFixed(3)),
    ['0.000', '0.600', '0.400'],
  )
  const certain = restrictedTo(verdict(1, [1, 0, 0]), LABELS, ['angry', 'sad'])
  t.same(certain.probabilities, [0, 0.5, 0.5])
})

t.test('a clip without speech is decided by the prior, and abstained', async (t) => {
  const judged = { labels: LABELS, prior: [0.2, 0.5, 0.3], calibration: { temperature: 2 } }
  const silent = verdictOn(aClip({ label: 'sad' }), [], judged)
  t.equal(silent.truth, 2)
  t.same(silent.probabilities, judged.prior)
  t.equal(silent.abstained, true)
  const heard = { probabilities: [0.1, 0.8, 0.1], speechMs: 900 }
  const windows = [
    { ...heard, abstained: true },
    { ...heard, abstained: false },
  ]
  t.equal(verdictOn(aClip({ label: 'sad' }), windows, judged).abstained, false, 'one window counts')
})

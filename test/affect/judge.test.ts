import fc from 'fast-check'
import t from 'tap'
import { DEFAULT_AFFECT_PARAMS as params } from '../../src/affect/affect-params.js'
import { softmaxInto } from '../../src/affect/calibrate.js'
import { judge, judgeSilence, type JudgedWindow } from '../../src/affect/judge.js'

const LABELS = ['neutral', 'angry', 'sad']
const window: JudgedWindow = {
  startSample: 3200,
  durationSamples: 48_000,
  speechSamples: 32_000,
  levelDbfs: -24,
  snrDb: 20,
}

t.test('a clear decision is not abstained and carries its window', async (t) => {
  const judgement = judge(window, LABELS, [0.1, 0.8, 0.1], params)
  t.match(judgement, { ...window, label: 'angry', confidence: 0.8, abstained: false, abstainReason: null })
  t.same(Object.entries(judgement.probabilities), [
    ['neutral', 0.1],
    ['angry', 0.8],
    ['sad', 0.1],
  ])
  t.ok(judgement.arousal > 0 && judgement.valence < 0)
})

t.test('the audio itself is not kept in a judgement', async (t) => {
  const withAudio = { ...window, samples: new Float32Array(3) }
  t.notOk('samples' in judge(withAudio, LABELS, [1, 0, 0], params))
})

t.test('an abstained decision still names its best label', async (t) => {
  const judgement = judge({ ...window, snrDb: 1 }, LABELS, [0.2, 0.2, 0.6], params)
  t.match(judgement, { label: 'sad', abstained: true, abstainReason: 'low_snr' })
})

t.test('of equal labels the first is named', async (t) => {
  t.equal(judge(window, LABELS, [0.2, 0.4, 0.4], params).label, 'angry')
})

t.test('audio in which nobody speaks is said to be the prior', async (t) => {
  t.match(judgeSilence(80_000, -61, LABELS, [0.5, 0.3, 0.2]), {
    startSample: 0,
    durationSamples: 80_000,
    speechSamples: 0,
    levelDbfs: -61,
    label: 'neutral',
    confidence: 0.5,
    probabilities: { neutral: 0.5, angry: 0.3, sad: 0.2 },
    abstained: true,
    abstainReason: 'no_speech',
  })
})

t.test('the label is the argmax of calibrated probabilities, whatever the logits', async () => {
  const logits = fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(logits, fc.double({ min: 0.2, max: 5, noNaN: true }), (logits, temperature) => {
      const probabilities = new Float64Array(3)
      softmaxInto(Float32Array.from(logits), temperature, probabilities)
      const judgement = judge(window, LABELS, probabilities, params)
      return judgement.probabilities[judgement.label] === Math.max(...probabilities)
    }),
  )
})

import fc from 'fast-check'
import t from 'tap'
import { expectedArousalValence } from '../../src/affect/circumplex.js'

const LABELS = ['neutral', 'calm', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised', 'bored']

const placeOf = (label: string) => expectedArousalValence({ [label]: 1 })

t.test('labels lie in the quadrants that Russell gives them', async (t) => {
  const quadrant = (label: string) => {
    const { arousal, valence } = placeOf(label)
    return `${arousal > 0 ? 'excited' : 'quiet'} ${valence > 0 ? 'pleasant' : 'unpleasant'}`
  }
  t.equal(quadrant('happy'), 'excited pleasant')
  t.equal(quadrant('surprised'), 'excited pleasant')
  for (const label of ['angry', 'fearful', 'disgust']) t.equal(quadrant(label), 'excited unpleasant', label)
  for (const label of ['sad', 'bored']) t.equal(quadrant(label), 'quiet unpleasant', label)
  t.equal(quadrant('calm'), 'quiet pleasant')
  t.same(placeOf('neutral'), { arousal: 0, valence: 0 })
})

t.test('every place lies within the circle', async (t) => {
  for (const label of LABELS) {
    const { arousal, valence } = placeOf(label)
    t.ok(Math.hypot(arousal, valence) <= 1, label)
  }
})

t.test('an unknown label is at the origin, even one that names a property of objects', async (t) => {
  for (const label of ['bewildered', '', 'toString', 'constructor']) {
    t.same(placeOf(label), { arousal: 0, valence: 0 }, label)
  }
})

t.test('an even chance of two labels lies half way between them', async (t) => {
  const [angry, calm] = [placeOf('angry'), placeOf('calm')]
  const { arousal, valence } = expectedArousalValence({ angry: 0.5, calm: 0.5 })
  t.ok(Math.abs(arousal - (angry.arousal + calm.arousal) / 2) < 1e-15)
  t.ok(Math.abs(valence - (angry.valence + calm.valence) / 2) < 1e-15)
})

t.test('the expected place stays in the circle', async () => {
  const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: LABELS.length,
    maxLength: LABELS.length,
  })
  fc.assert(
    fc.property(weights, (raw) => {
      const sum = raw.reduce((a, b) => a + b, 0)
      fc.pre(sum > 1e-9)
      const byLabel = Object.fromEntries(LABELS.map((label, i) => [label, (raw[i] as number) / sum]))
      const { arousal, valence } = expectedArousalValence(byLabel)
      return Math.hypot(arousal, valence) <= 1 + 1e-12
    }),
  )
})

t.test('sums a hair above 1 do not leave [−1, 1]', async (t) => {
  const { arousal, valence } = expectedArousalValence({ angry: 2, fearful: 2 })
  t.same({ arousal, valence }, { arousal: 1, valence: -1 })
})

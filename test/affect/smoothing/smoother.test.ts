import fc from 'fast-check'
import t from 'tap'
import type { AffectState, Judgement } from '../../../src/affect/judgement.js'
import { Smoother } from '../../../src/affect/smoothing/smoother.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'

const LABELS = ['neutral', 'angry', 'sad']
const PRIOR = [0.6, 0.2, 0.2]
const S = SAMPLE_RATE_HZ
const params = {
  smoothing: 'exponential',
  smoothingHalfLifeS: 2,
  forgettingHalfLifeS: 30,
  dwellS: 10,
} as const

const newSmoother = (): Smoother => new Smoother(LABELS, PRIOR, params)

function decision(startSample: number, durationSamples: number, p: number[], abstained = false): Judgement {
  return {
    startSample,
    durationSamples,
    speechSamples: durationSamples,
    levelDbfs: -20,
    snrDb: 20,
    label: '',
    confidence: Math.max(...p),
    probabilities: Object.fromEntries(LABELS.map((label, i) => [label, p[i] as number])),
    arousal: 0,
    valence: 0,
    abstained,
    abstainReason: abstained ? 'low_snr' : null,
  }
}

function stateAt(smoother: Smoother, atSample: number, isSpeaking = false): AffectState {
  const state = smoother.state(atSample, isSpeaking)
  if (state === null) throw new Error('no state yet')
  return state
}

/** Largest difference between the probabilities of two smoothers' states. */
function distance(a: Smoother, b: Smoother, atSample: number): number {
  const [p, q] = [stateAt(a, atSample).probabilities, stateAt(b, atSample).probabilities]
  return Math.max(...LABELS.map((label) => Math.abs((p[label] as number) - (q[label] as number))))
}

const anyProbabilities = fc
  .array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((raw) => raw.map((x) => x / raw.reduce((a, b) => a + b, 0)))
const anySamples = fc.integer({ min: 1, max: 10 * S })

t.test('there is no state before the first decision', async (t) => {
  const smoother = newSmoother()
  t.equal(smoother.state(S, true), null)
  smoother.add(decision(0, S, [0, 1, 0], true))
  t.equal(smoother.state(S, true), null, 'an abstained one is none')
})

t.test('the first decision is the state, but for a trace of the prior', async (t) => {
  const smoother = newSmoother()
  smoother.add(decision(0, 2 * S, [0, 1, 0]))
  const state = stateAt(smoother, 2 * S, true)
  t.match(state, { label: 'angry', speaking: true, sinceSample: 2 * S, atSample: 2 * S })
  t.ok((state.probabilities['angry'] as number) > 0.95)
  t.ok((state.probabilities['neutral'] as number) > 0, 'nothing is ever certain')
  t.ok(state.arousal > 0 && state.valence < 0)
})

t.test('after one half-life of speech, half of the state is newer', async (t) => {
  const smoother = newSmoother()
  smoother.add(decision(0, 600 * S, [0, 1, 0]))
  smoother.add(decision(600 * S, 2 * S, [0, 0, 1]))
  const { probabilities } = stateAt(smoother, 602 * S)
  t.ok(Math.abs((probabilities['angry'] as number) - 0.5) < 1e-9)
  t.ok(Math.abs((probabilities['sad'] as number) - 0.5) < 1e-9)
})

t.test('two decisions over half the time each equal one over the whole', async () => {
  fc.assert(
    fc.property(anyProbabilities, anySamples, (p, half) => {
      const [one, two] = [newSmoother(), newSmoother()]
      one.add(decision(0, 2 * half, p))
      two.add(decision(0, half, p))
      two.add(decision(half, half, p))
      return distance(one, two, 2 * half) < 1e-12
    }),
  )
})

t.test('overlapping windows count their new part only', async () => {
  fc.assert(
    fc.property(anyProbabilities, anySamples, anySamples, (p, length, hop) => {
      const [apart, overlapping] = [newSmoother(), newSmoother()]
      apart.add(decision(0, length + hop, p))
      overlapping.add(decision(0, length, p))
      const start = Math.min(length, hop)
      overlapping.add(decision(start, length + hop - start, p))
      return distance(apart, overlapping, length + hop) < 1e-12
    }),
  )
})

t.test('a window that was heard already changes nothing', async (t) => {
  const [once, twice] = [newSmoother(), newSmoother()]
  for (const smoother of [once, twice]) smoother.add(decision(0, 3 * S, [0, 1, 0]))
  twice.add(decision(0, 3 * S, [0, 0, 1]))
  t.equal(distance(once, twice, 3 * S), 0)
})

t.test('over silence the prior takes the place of what was heard', async (t) => {
  const smoother = newSmoother()
  smoother.add(decision(0, 60 * S, [0, 1, 0]))
  const angryAt = (sample: number) => stateAt(smoother, sample).probabilities['angry'] as number
  const course = [60, 90, 120, 180, 600].map((second) => angryAt(second * S))
  t.same(
    course,
    course.toSorted((a, b) => b - a),
  )
  t.ok(Math.abs(angryAt(6000 * S) - 0.2) < 1e-9)
})

t.test('asking for the state changes none of the later ones', async () => {
  fc.assert(
    fc.property(anyProbabilities, fc.array(anySamples, { maxLength: 5 }), (p, asked) => {
      const [silent, questioned] = [newSmoother(), newSmoother()]
      for (const smoother of [silent, questioned]) smoother.add(decision(0, S, [0, 0, 1]))
      for (const sample of asked) questioned.state(sample, true)
      for (const smoother of [silent, questioned]) smoother.add(decision(12 * S, S, p))
      return distance(silent, questioned, 14 * S) === 0
    }),
  )
})

t.test('an abstained decision counts as silence', async (t) => {
  const [silence, abstained] = [newSmoother(), newSmoother()]
  for (const smoother of [silence, abstained]) smoother.add(decision(0, 3 * S, [0, 1, 0]))
  abstained.add(decision(3 * S, 3 * S, [0, 0, 1], true))
  t.ok(distance(silence, abstained, 6 * S) < 1e-12)
})

t.test('the state says since when its label is the present one', async (t) => {
  const smoother = newSmoother()
  smoother.add(decision(S, 3 * S, [0, 1, 0]))
  smoother.add(decision(4 * S, 3 * S, [0, 1, 0]))
  t.match(stateAt(smoother, 8 * S, true), {
    label: 'angry',
    sinceSample: 4 * S,
    atSample: 8 * S,
    speaking: true,
  })
  smoother.add(decision(8 * S, 3 * S, [0, 0, 1]))
  t.match(stateAt(smoother, 11 * S, true), { label: 'sad', sinceSample: 11 * S })
})

t.test('probabilities go on summing to 1', async () => {
  const steps = fc.array(fc.tuple(anyProbabilities, anySamples, anySamples, fc.boolean()), { maxLength: 20 })
  fc.assert(
    fc.property(steps, (steps) => {
      const smoother = newSmoother()
      let end = 0
      for (const [p, gap, length, abstained] of steps) {
        smoother.add(decision(end + gap, length, p, abstained))
        end += gap + length
      }
      const state = smoother.state(end, true)
      if (state === null) return steps.every(([, , , abstained]) => abstained)
      const { probabilities, arousal, valence } = state
      const sum = Object.values(probabilities).reduce((a, b) => a + b, 0)
      return Math.abs(sum - 1) < 1e-9 && Math.hypot(arousal, valence) <= 1
    }),
  )
})

t.test('reset forgets everything', async (t) => {
  const [fresh, reset] = [newSmoother(), newSmoother()]
  reset.add(decision(0, 30 * S, [0, 1, 0]))
  reset.reset()
  t.equal(reset.state(0, false), null)
  for (const smoother of [fresh, reset]) smoother.add(decision(S, S, [0, 0, 1]))
  t.same(stateAt(reset, 3 * S), stateAt(fresh, 3 * S))
})

t.test(
  "after a long silence the prior's label is the present one, and stays the argmax throughout",
  async (t) => {
    const smoother = newSmoother()
    smoother.add(decision(0, 2 * S, [0, 1, 0]))
    const before = stateAt(smoother, 3 * S)
    t.match(before, { label: 'angry', sinceSample: 2 * S })
    const after = stateAt(smoother, 3600 * S)
    t.match(after, { label: 'neutral', sinceSample: 3600 * S })
    for (const { label, probabilities } of [before, after]) {
      t.equal(probabilities[label], Math.max(...Object.values(probabilities)))
    }
  },
)

t.test('the hidden Markov model says since when, and not before the state that came before', async (t) => {
  const hmm = new Smoother(LABELS, PRIOR, { ...params, smoothing: 'hmm' })
  for (let n = 0; n < 10; n++) hmm.add(decision(2 * n * S, 2 * S, [0.9, 0.05, 0.05]))
  for (let n = 10; n < 15; n++) hmm.add(decision(2 * n * S, 2 * S, [0.05, 0.9, 0.05]))
  t.match(stateAt(hmm, 30 * S), { label: 'angry', sinceSample: 20 * S })
  const faded = stateAt(hmm, 4000 * S)
  t.match(faded, { label: 'neutral', sinceSample: 4000 * S })
  hmm.retune({ ...params, dwellS: 1 })
  hmm.add(decision(4000 * S, 6 * S, [0.02, 0.96, 0.02]))
  t.match(stateAt(hmm, 4006 * S), { label: 'angry', sinceSample: 4000 * S })
})

t.test(
  'another model’s prior takes the place of the old one: what was heard stays, and fades into it',
  async (t) => {
    for (const smoothing of ['exponential', 'hmm'] as const) {
      const smoother = new Smoother(LABELS, PRIOR, { ...params, smoothing })
      smoother.add(decision(0, 6 * S, [0.05, 0.9, 0.05]))
      const before = stateAt(smoother, 6 * S)
      smoother.expect([0.1, 0.1, 0.8])
      t.equal(stateAt(smoother, 6 * S).label, before.label, smoothing)
      const { probabilities } = stateAt(smoother, 3600 * S)
      t.ok(Math.abs((probabilities['sad'] ?? 0) - 0.8) < 0.01, smoothing)
    }
  },
)

import fc from 'fast-check'
import t from 'tap'
import { createFrameCueMeter } from '../../src/gate/frame-cues.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import {
  createVadFeatureMeter,
  VAD_CONTEXT_FRAMES,
  VAD_CONTEXT_ROWS,
  VAD_FEATURES,
  vadContextInto,
} from '../../src/gate/vad-features.js'
import { arbitrarySample } from '../support/arbitrary-frames.js'
import { fakeSpeech, framesOf, sum, whiteNoise, type Signal } from '../support/synthetic-audio.js'

function featuresOf(signal: Signal, seconds: number): Float32Array {
  const meter = createFrameCueMeter(DEFAULT_GATE_PARAMS)
  const featureMeter = createVadFeatureMeter()
  const frames = framesOf(signal, seconds)
  const features = new Float32Array(frames.length * VAD_FEATURES)
  frames.forEach(({ samples }, frame) => {
    const cues = meter.measure(samples)
    featureMeter.measureInto(cues, meter.noiseDbfs, features, frame * VAD_FEATURES)
  })
  return features
}

t.test('the gain of the microphone changes no feature', async (t) => {
  const signal = (): Signal => sum(fakeSpeech(0.3), whiteNoise(0.01))
  const [loud, faint] = [signal(), signal()]
  const a = featuresOf(loud, 2)
  const b = featuresOf((i) => faint(i) / 8, 2)
  const worst = a.reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] as number))), 0)
  t.ok(worst < 1e-4, `${worst}`)
})

t.test('features are finite and small whatever the samples', async () => {
  fc.assert(
    fc.property(fc.array(arbitrarySample, { minLength: 320, maxLength: 1600 }), (given) =>
      featuresOf((i) => given[i % given.length] as number, 0.2).every((x) => x >= -2.1 && x <= 2.1),
    ),
    { numRuns: 50 },
  )
})

t.test('the context of a stream that does not change is that stream, from its first frame on', async (t) => {
  const row = Float32Array.from({ length: VAD_FEATURES }, (_, f) => f)
  const features = new Float32Array(100 * VAD_FEATURES)
  for (let frame = 0; frame < 100; frame++) features.set(row, frame * VAD_FEATURES)
  const out = new Float32Array(VAD_CONTEXT_ROWS * VAD_FEATURES)
  for (const frame of [0, 1, 30, 99]) {
    vadContextInto(features, frame, out)
    for (let r = 0; r < VAD_CONTEXT_ROWS; r++)
      t.same(out.slice(r * VAD_FEATURES, (r + 1) * VAD_FEATURES), row)
  }
})

t.test('the context reaches back as far as it says, and no further', async (t) => {
  const out = new Float32Array(VAD_CONTEXT_ROWS * VAD_FEATURES)
  const reaches = (age: number): boolean => {
    const features = new Float32Array(200 * VAD_FEATURES)
    features[(199 - age) * VAD_FEATURES] = 1
    vadContextInto(features, 199, out)
    return out.some((x) => x !== 0)
  }
  t.ok(reaches(0))
  t.ok(reaches(VAD_CONTEXT_FRAMES - 1))
  t.notOk(reaches(VAD_CONTEXT_FRAMES))
})

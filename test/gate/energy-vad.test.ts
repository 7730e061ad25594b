import fc from 'fast-check'
import t from 'tap'
import { createEnergyVad } from '../../src/gate/energy-vad.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { arbitraryFrames } from '../support/arbitrary-frames.js'
import {
  fakeSpeech,
  framesOf,
  sequence,
  silence,
  sum,
  tone,
  whiteNoise,
  type Signal,
} from '../support/synthetic-audio.js'

const { enterScore } = DEFAULT_GATE_PARAMS

function scoresOf(signal: Signal, seconds: number): number[] {
  const vad = createEnergyVad(DEFAULT_GATE_PARAMS)
  return framesOf(signal, seconds).map(({ samples }) => vad.score(samples))
}

/** Share of frames at the score that starts speech. */
function speechShare(scores: readonly number[]): number {
  return scores.filter((score) => score >= enterScore).length / scores.length
}

t.test('digital silence scores 0', async (t) => {
  t.same(new Set(scoresOf(silence, 1)), new Set([0]))
})

t.test('speech scores high from its first syllable on, in quiet and in noise', async (t) => {
  t.ok(speechShare(scoresOf(fakeSpeech(), 3)) > 0.6, 'at the start of the stream')
  // Every other eighth of a second is a trough that lies in the noise.
  t.ok(speechShare(scoresOf(sum(fakeSpeech(), whiteNoise(0.01)), 3)) > 0.45, 'in noise')
  t.ok(speechShare(scoresOf(sum(fakeSpeech(0.01), whiteNoise(0.0003)), 3)) > 0.45, 'faint')
})

t.test('steady noise scores low at any level', async (t) => {
  for (const levelDbfs of [-60, -40, -20, -6]) {
    t.ok(speechShare(scoresOf(whiteNoise(10 ** (levelDbfs / 20)), 4)) < 0.01, `${levelDbfs} dBFS`)
  }
})

t.test('noise that starts after digital silence soon scores low', async (t) => {
  const scores = scoresOf(sequence([silence, 1], [whiteNoise(0.1), 5]), 6)
  t.ok(speechShare(scores) < 0.05)
  t.equal(speechShare(scores.slice(-100)), 0)
})

t.test('voicing tells a voice from noise', async (t) => {
  const vad = createEnergyVad(DEFAULT_GATE_PARAMS)
  const meanVoicing = (signal: Signal): number => {
    vad.reset()
    const voicings = framesOf(signal, 2).map(({ samples }) => {
      vad.score(samples)
      return vad.voicing
    })
    return voicings.reduce((a, b) => a + b, 0) / voicings.length
  }
  t.ok(meanVoicing(fakeSpeech()) > 0.6)
  t.ok(meanVoicing(whiteNoise(0.1)) < 0.4)
})

t.test('a DC offset changes no score', async (t) => {
  const [without, withOffset] = [fakeSpeech(0.2), fakeSpeech(0.2)]
  const a = scoresOf(without, 2)
  const b = scoresOf((i) => 0.25 + withOffset(i), 2)
  a.forEach((score, n) => {
    t.ok(Math.abs(score - (b[n] as number)) < 0.02, `frame ${n}: ${score} and ${b[n]}`)
  })
})

t.test('a clipped frame scores 0', async (t) => {
  const scores = scoresOf((i) => 100 * tone(200, 1)(i), 1)
  t.same(new Set(scores), new Set([0]))
})

t.test('the noise estimate is the level of steady noise', async (t) => {
  const vad = createEnergyVad(DEFAULT_GATE_PARAMS)
  t.equal(vad.noiseDbfs, -120)
  for (const { samples } of framesOf(whiteNoise(0.01), 4)) vad.score(samples)
  t.ok(Math.abs(vad.noiseDbfs + 40) < 1, `${vad.noiseDbfs} dBFS`)
})

t.test('reset forgets everything heard', async (t) => {
  const [fresh, used] = [createEnergyVad(DEFAULT_GATE_PARAMS), createEnergyVad(DEFAULT_GATE_PARAMS)]
  for (const { samples } of framesOf(whiteNoise(0.3, 7), 1)) used.score(samples)
  used.reset()
  for (const { samples } of framesOf(fakeSpeech(), 1)) t.equal(used.score(samples), fresh.score(samples))
  t.equal(used.noiseDbfs, fresh.noiseDbfs)
})

t.test('whatever the samples, score and voicing stay in [0, 1]', async () => {
  fc.assert(
    fc.property(arbitraryFrames, (frames) => {
      const vad = createEnergyVad(DEFAULT_GATE_PARAMS)
      return frames.every((frame) => {
        const score = vad.score(frame)
        return (
          score >= 0 && score <= 1 && vad.voicing >= 0 && vad.voicing <= 1 && Number.isFinite(vad.noiseDbfs)
        )
      })
    }),
    { numRuns: 60 },
  )
})

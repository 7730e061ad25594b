import fc from 'fast-check'
import t from 'tap'
import { DEFAULT_ADAPTATION_PARAMS } from '../src/affect/adaptation-params.js'
import type { Judgement } from '../src/affect/judgement.js'
import type { FeatureStatistics } from '../src/features/feature-statistics.js'
import { VoiceBaseline } from '../src/voice-baseline.js'

const neutral = { probabilities: { neutral: 0.9, angry: 0.1 }, abstainReason: null } as unknown as Judgement
const angry = { probabilities: { neutral: 0.1, angry: 0.9 }, abstainReason: null } as unknown as Judgement

function windowOf(frames: number, mean = 1, variance = 2): FeatureStatistics {
  return { frames, mean: Float32Array.of(mean, -mean), variance: Float32Array.of(variance, variance) }
}

t.test('a baseline starts cold and learns from neutral windows alone', async (t) => {
  const voice = new VoiceBaseline(2, DEFAULT_ADAPTATION_PARAMS)
  t.match(voice, { speechMs: 0, revision: 0 })
  t.equal(voice.learn(angry, windowOf(100)), false)
  t.match(voice, { speechMs: 0, revision: 0 })
  t.equal(voice.learn(neutral, windowOf(100)), true)
  t.match(voice, { speechMs: 2000, revision: 1 })
  t.same(voice.history, windowOf(100))
})

t.test('it never counts more speech than it may, learnt or restored', async () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 3600, noNaN: true }),
      fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 20 }),
      fc.boolean(),
      (maxSpeechS, lengths, isRestored) => {
        const voice = new VoiceBaseline(2, { ...DEFAULT_ADAPTATION_PARAMS, maxSpeechS })
        return lengths.every((frames) => {
          if (isRestored) voice.restore(windowOf(frames))
          else voice.learn(neutral, windowOf(frames))
          // A count of whole frames.
          return voice.speechMs <= maxSpeechS * 1000 + 10
        })
      },
    ),
  )
})

t.test('what is forgotten is told, and gone', async (t) => {
  const voice = new VoiceBaseline(2, DEFAULT_ADAPTATION_PARAMS)
  voice.restore(windowOf(150))
  t.equal(voice.forget(), 3000)
  t.same(voice.history, windowOf(0, 0, 0))
  t.equal(voice.forget(), 0)
})

t.test('what is restored is a copy', async (t) => {
  const voice = new VoiceBaseline(2, DEFAULT_ADAPTATION_PARAMS)
  const given = windowOf(150)
  voice.restore(given)
  voice.learn(neutral, windowOf(50, 3))
  t.same(given, windowOf(150))
  t.equal(voice.history.frames, 200)
})

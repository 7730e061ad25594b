import fc from 'fast-check'
import t from 'tap'

import { intensityTrackDbfs } from '../../src/features/intensity.js'
import { pauses } from '../../src/features/pauses.js'
import { PITCH_PARAMS } from '../../src/features/pitch-params.js'
import { harmonicityDb, pitchTrack } from '../../src/features/pitch-track.js'
import { prosody, type Prosody } from '../../src/features/prosody.js'
import { syllableNuclei } from '../../src/features/syllable-nuclei.js'
import { voicePerturbation } from '../../src/features/voice-perturbation.js'
import { noise, sine, voice } from './signals.js'

function concatenate(...parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Bursts of a voice, 150 ms on and 100 ms at a hundredth: six syllables in 1.5 s. */
function syllables(count: number): Float32Array {
  const tone = voice(count * 4000, 150)
  return tone.map((x, i) => x * (i % 4000 < 2400 ? Math.sin((Math.PI * (i % 4000)) / 2400) + 0.01 : 0.01))
}

/** Pulses smoothed over a few samples, at the given distances and heights. */
function pulses(periods: number[], heights: number[]): Float32Array {
  const out = new Float32Array(periods.reduce((sum, p) => sum + p, 0) + 400)
  let at = 200
  periods.forEach((period, i) => {
    for (let d = -6; d <= 6; d++) out[at + d] += heights[i % heights.length] * Math.exp((-d * d) / 6)
    at += period
  })
  return out
}

t.test('F0 of a voice is found within 0.5 % from 80 to 580 Hz, at any level from -40 dBFS', async () => {
  const pitches = fc.double({ min: 80, max: 580, noNaN: true })
  fc.assert(
    fc.property(pitches, fc.double({ min: 0.02, max: 1, noNaN: true }), (hz, amplitude) => {
      const { f0Hz } = pitchTrack(voice(3200, hz, amplitude))
      return f0Hz.every((found) => Math.abs(found / hz - 1) < 0.005)
    }),
    { numRuns: 40 },
  )
})

t.test('F0 survives a missing fundamental and a noise 10 dB below', async (t) => {
  const partials = sine(8000, 400, 0.2).map((x, i) => x + 0.2 * Math.sin((2 * Math.PI * 600 * i) / 16_000))
  for (const found of pitchTrack(partials).f0Hz) t.ok(Math.abs(found - 200) < 1)
  const hiss = noise(8000, 0.1)
  const noisy = voice(8000, 220).map((x, i) => x + hiss[i])
  for (const found of pitchTrack(noisy).f0Hz) t.ok(Math.abs(found / 220 - 1) < 0.02)
})

t.test('nothing is voiced in silence, DC, white noise or a signal shorter than a frame', async (t) => {
  const signals = [
    new Float32Array(8000),
    new Float32Array(8000).fill(0.7),
    noise(8000, 0.5),
    voice(8000, 200, 1e-4),
    voice(600, 200),
  ]
  for (const signal of signals) t.ok(pitchTrack(signal).f0Hz.every((hz) => hz === 0))
})

t.test('a clipped voice keeps its pitch', async (t) => {
  const clipped = voice(8000, 180, 8).map((x) => Math.max(-1, Math.min(1, x)))
  for (const found of pitchTrack(clipped).f0Hz) t.ok(Math.abs(found - 180) < 1)
})

t.test('harmonicity falls with noise: about 0 dB at r = 0.5, finite at the ends', async (t) => {
  t.ok(Math.abs(harmonicityDb(0.5)) < 1e-6)
  t.ok(Math.abs(harmonicityDb(0.99) - 19.96) < 0.01)
  t.ok(Math.abs(harmonicityDb(0) + 60) < 0.01 && Math.abs(harmonicityDb(1) - 60) < 0.01)
})

t.test('intensity of a full-scale sine is -3.01 dBFS, and DC does not show', async (t) => {
  for (const db of intensityTrackDbfs(sine(4000, 200), PITCH_PARAMS)) t.ok(Math.abs(db + 3.01) < 0.02)
  const lifted = sine(4000, 200, 0.1).map((x) => x + 0.5)
  for (const db of intensityTrackDbfs(lifted, PITCH_PARAMS)) t.ok(Math.abs(db + 23.01) < 0.02)
  for (const db of intensityTrackDbfs(new Float32Array(4000), PITCH_PARAMS)) t.ok(Math.abs(db + 120) < 0.001)
})

t.test('syllable nuclei are voiced peaks with a dip before them', async (t) => {
  const f0 = new Float32Array(9).fill(100)
  t.strictSame(syllableNuclei(Float32Array.of(-30, -20, -30, -30, -22, -30, -60, -50, -60), f0), [1, 4])
  t.strictSame(
    syllableNuclei(Float32Array.of(-30, -20, -20.5, -19, -30, -30, -30, -30, -30), f0),
    [3],
    'two humps',
  )
  f0[4] = 0
  t.strictSame(
    syllableNuclei(Float32Array.of(-30, -20, -30, -30, -22, -30, -60, -50, -60), f0),
    [1],
    'unvoiced',
  )
  t.strictSame(syllableNuclei(new Float32Array(0), new Float32Array(0)), [])
})

t.test('pauses are silences inside speech that last long enough', async (t) => {
  const mask = Uint8Array.from('000110011000011000', Number)
  t.strictSame(pauses(mask, 0.1), { count: 1, ratio: 1 / 3, meanLengthS: 0.4 })
  t.strictSame(pauses(mask, 0.1, 0.15), { count: 2, ratio: 1 / 2, meanLengthS: 0.30000000000000004 })
  t.strictSame(pauses(new Uint8Array(5), 0.1), { count: 0, ratio: 0, meanLengthS: 0 })
})

t.test('speech rate counts the syllables of a voice and its pause', async (t) => {
  const result = prosody(concatenate(syllables(4), noise(8000, 1e-4), syllables(4)))
  t.equal(result.syllables, 8)
  t.ok(Math.abs(result.speechRatePerS - 8 / 2.5) < 1e-9)
  t.equal(result.pauses.count, 1)
  t.ok(Math.abs(result.pauses.meanLengthS - 0.55) < 0.1)
  t.ok(result.articulationRatePerS > result.speechRatePerS)
  t.ok(Math.abs(result.f0Hz.p50 - 150) < 1)
})

t.test('jitter and shimmer of a steady voice are next to nothing', async (t) => {
  const tone = voice(16_000, 123)
  const { jitterLocal, shimmerLocal, cycles } = voicePerturbation(tone, pitchTrack(tone))
  t.ok(cycles > 100)
  t.ok(jitterLocal < 0.002, `jitter ${jitterLocal}`)
  t.ok(shimmerLocal < 0.02, `shimmer ${shimmerLocal}`)
})

t.test('jitter and shimmer are those that the pulses were given', async (t) => {
  // Irregular, so that no multiple of the period repeats better than the period.
  const periods = Array.from(noise(200, 1.5), (x) => 100 + Math.round(x))
  const steps = periods.slice(1).map((p, i) => Math.abs(p - periods[i]))
  const given = steps.reduce((sum, x) => sum + x, 0) / steps.length / 100
  const jittered = pulses(periods, [0.5])
  const jitter = voicePerturbation(jittered, pitchTrack(jittered))
  t.ok(Math.abs(jitter.jitterLocal / given - 1) < 0.1, `jitter ${jitter.jitterLocal} of ${given}`)
  const shimmered = pulses(new Array<number>(100).fill(100), [0.5, 0.45])
  const shimmer = voicePerturbation(shimmered, pitchTrack(shimmered))
  t.ok(Math.abs(shimmer.shimmerLocal - 0.05 / 0.475) < 0.02, `shimmer ${shimmer.shimmerLocal}`)
  t.ok(shimmer.jitterLocal < 0.002)
})

function everyNumber(value: Prosody | object): number[] {
  return Object.values(value).flatMap((v: unknown) =>
    typeof v === 'number' ? [v] : everyNumber(v as object),
  )
}

t.test('prosody is finite on anything, however short', async (t) => {
  const signals = [
    new Float32Array(0),
    new Float32Array(639),
    new Float32Array(8000),
    new Float32Array(8000).fill(-1),
    noise(8000, 1),
    noise(8000, 1).map(Math.sign),
    voice(8000, 300, 20).map((x) => Math.max(-1, Math.min(1, x))),
    sine(8000, 60),
  ]
  for (const signal of signals) t.ok(everyNumber(prosody(signal)).every(Number.isFinite))
  t.match(prosody(new Float32Array(8000)), { syllables: 0, voicedRatio: 0, speechRatePerS: 0 })
})

import t from 'tap'
import { createModulationMeter } from '../../src/features/energy-modulation.js'
import { createPowerSpectrum } from '../../src/features/power-spectrum.js'
import { semitones } from '../../src/features/semitones.js'
import { speakingStyle } from '../../src/features/speaking-style.js'
import { alphaRatioDb } from '../../src/features/spectral-shape.js'
import { createSpeechTracker, TRACK_OVERLAP_SAMPLES } from '../../src/features/speech-tracks.js'
import { SpeechTurn } from '../../src/features/speech-turn.js'
import { noise, sine, voice } from './signals.js'

/** Bursts of a voice of 150 Hz, so many a second for so long. */
function bursts(seconds: number, ratePerS: number, hz = 150): Float32Array {
  const period = 16_000 / ratePerS
  return voice(seconds * 16_000, hz).map(
    (x, i) => x * (0.02 + Math.sin((Math.PI * (i % period)) / period) ** 2),
  )
}

function turnOf(...pieces: (Float32Array | number)[]): SpeechTurn {
  const track = createSpeechTracker()
  const turn = new SpeechTurn()
  for (const piece of pieces) {
    if (typeof piece === 'number') turn.addSilence(100 * piece)
    else turn.add(track(piece), -65)
  }
  return turn
}

t.test('an octave is twelve semitones', async (t) => {
  t.ok(Math.abs(semitones(200) - semitones(100) - 12) < 1e-5)
  t.ok(Math.abs(semitones(1)) < 1e-6)
})

t.test('the alpha ratio is the balance of a high and a low tone', async (t) => {
  const spectrum = createPowerSpectrum({ frameLengthSamples: 640, nFft: 1024, preEmphasis: 0 })
  const power = new Float32Array(spectrum.nBins)
  const ratioOf = (samples: Float32Array): number => {
    spectrum.frameInto(samples, 0, power)
    return alphaRatioDb(power, 16_000 / 1024)
  }
  const low = sine(640, 400, 0.1)
  for (const amplitude of [0.1, 0.01]) {
    const both = sine(640, 2000, amplitude).map((x, i) => x + low[i])
    t.ok(Math.abs(ratioOf(both) - 20 * Math.log10(amplitude / 0.1)) < 0.1)
  }
  t.equal(ratioOf(new Float32Array(640)), 0, 'silence')
})

t.test('modulation is found at its rate, whatever the level', async (t) => {
  const measure = createModulationMeter(0.01)
  const shareOf = (hz: number, level: number): number => {
    const sums = { band: 0, all: 0 }
    const envelope = Float32Array.from(
      { length: 600 },
      (_, i) => level * (1 + 0.8 * Math.sin(0.02 * Math.PI * hz * i)),
    )
    measure(envelope, sums)
    return sums.band / sums.all
  }
  for (const level of [1, 1e-4]) {
    t.ok(shareOf(4, level) > 0.98)
    t.ok(shareOf(1, level) < 0.1)
    t.ok(shareOf(12, level) < 0.1)
  }
  const sums = { band: 0, all: 0 }
  measure(new Float32Array(600), sums)
  measure(new Float32Array(20).fill(1), sums)
  t.same(sums, { band: 0, all: 0 }, 'silence and what is too short add nothing')
})

t.test('rate, pauses and pitch of synthetic speech are those it was made with', async (t) => {
  const style = speakingStyle([turnOf(bursts(6, 4), 1, bursts(6, 4)), turnOf(bursts(6, 4, 300))])
  t.ok(style !== null)
  if (style === null) return
  t.ok(Math.abs(style.syllableRatePerS - 72 / 19) < 0.15, `${style.syllableRatePerS}`)
  t.ok(Math.abs(style.articulationRatePerS - 4) < 0.15)
  t.ok(Math.abs(style.pauseRatio - 1 / 19) < 0.01)
  t.ok(Math.abs(style.pauseLengthS - 1) < 0.2)
  t.ok(Math.abs(style.f0MedianSt - semitones(150)) < 0.1)
  t.ok(Math.abs(style.f0SpreadSt - 12) < 0.2)
  t.ok(style.modulationShare > 0.5)
  t.ok(Object.values(style).every(Number.isFinite))
})

t.test('slower speech has fewer syllables a second and less modulation from 2 to 8 Hz', async (t) => {
  const fast = speakingStyle([turnOf(bursts(8, 4))])
  const slow = speakingStyle([turnOf(bursts(4, 2), 2, bursts(4, 2))])
  t.ok(fast !== null && slow !== null)
  if (fast === null || slow === null) return
  t.ok(slow.syllableRatePerS < 0.6 * fast.syllableRatePerS)
  t.ok(slow.modulationShare < fast.modulationShare)
})

t.test('pieces that overlap by what the frames need give the tracks of the whole', async (t) => {
  const whole = bursts(6, 4)
  const pieces = [whole.subarray(0, 48_000), whole.subarray(48_000 - TRACK_OVERLAP_SAMPLES)]
  t.equal(turnOf(...pieces).frames, turnOf(whole).frames)
  const [a, b] = [speakingStyle([turnOf(whole)]), speakingStyle([turnOf(...pieces)])]
  t.ok(a !== null && b !== null)
  for (const name of Object.keys(a ?? {}) as (keyof NonNullable<typeof a>)[]) {
    // This voice has nothing above 1 kHz, and so no tilt to speak of.
    if (name === 'spectralTiltDb') continue
    t.ok(Math.abs((a?.[name] ?? 0) - (b?.[name] ?? 0)) < 0.1, name)
  }
})

t.test('noise, silence and a moment of voice are no speaking style', async (t) => {
  t.equal(speakingStyle([]), null)
  t.equal(speakingStyle([turnOf(noise(96_000, 0.2))]), null)
  t.equal(speakingStyle([turnOf(new Float32Array(96_000))]), null)
  t.equal(speakingStyle([turnOf(bursts(3, 4))]), null)
})

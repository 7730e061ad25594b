import fc from 'fast-check'
import t from 'tap'

import { createChroma } from '../../src/features/chroma.js'
import { energyEntropyBits } from '../../src/features/energy-entropy.js'
import { createPowerSpectrum } from '../../src/features/power-spectrum.js'
import { rmsLevel, shortTimeEnergy } from '../../src/features/short-time-energy.js'
import {
  spectralBandwidthHz,
  spectralCentroidHz,
  spectralFlatness,
  spectralRollOffHz,
} from '../../src/features/spectral-shape.js'
import { statistics } from '../../src/features/statistics.js'
import { zeroCrossingRate } from '../../src/features/zero-crossing-rate.js'
import { noise, sine } from './signals.js'

const BIN_HZ = 31.25

function powerOf(samples: Float32Array): Float32Array {
  const spectrum = createPowerSpectrum({ frameLengthSamples: 512, nFft: 512, preEmphasis: 0 })
  const power = new Float32Array(spectrum.nBins)
  spectrum.frameInto(samples, 0, power)
  return power
}

t.test('spectrum of a tone is narrow, centred on it and far from flat', async (t) => {
  const power = powerOf(sine(512, 2000))
  const centroidHz = spectralCentroidHz(power, BIN_HZ)
  t.ok(Math.abs(centroidHz - 2000) < 5)
  t.ok(spectralBandwidthHz(power, BIN_HZ, centroidHz) < 60)
  t.ok(Math.abs(spectralRollOffHz(power, BIN_HZ) - 2000) <= BIN_HZ)
  t.ok(spectralFlatness(power) < 1e-3)
})

t.test('spectrum of white noise is wide and nearly flat', async (t) => {
  const power = powerOf(noise(512, 1))
  t.ok(Math.abs(spectralCentroidHz(power, BIN_HZ) - 4000) < 400)
  t.ok(Math.abs(spectralRollOffHz(power, BIN_HZ) - 6800) < 500)
  t.ok(spectralFlatness(power) > 0.4)
})

t.test('spectral shape and chroma of silence are 0, its flatness 1, nothing is NaN', async (t) => {
  const power = new Float32Array(257)
  t.equal(spectralCentroidHz(power, BIN_HZ), 0)
  t.equal(spectralBandwidthHz(power, BIN_HZ, 0), 0)
  t.equal(spectralRollOffHz(power, BIN_HZ), 0)
  t.ok(Math.abs(spectralFlatness(power) - 1) < 1e-6)
  const chroma = new Float32Array(12).fill(NaN)
  createChroma({ sampleRateHz: 16_000, nFft: 512, fMinHz: 100, fMaxHz: 4000 }).applyInto(power, chroma)
  t.ok(chroma.every((x) => x === 0))
})

t.test('spectral descriptors stay in their ranges on any spectrum', async () => {
  const spectra = fc.float32Array({ minLength: 257, maxLength: 257, min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(spectra, (power) => {
      const centroidHz = spectralCentroidHz(power, BIN_HZ)
      const bandwidthHz = spectralBandwidthHz(power, BIN_HZ, centroidHz)
      const rollOffHz = spectralRollOffHz(power, BIN_HZ)
      const flatness = spectralFlatness(power)
      return (
        [centroidHz, bandwidthHz, rollOffHz].every((hz) => hz >= 0 && hz <= 8000.001) &&
        flatness > 0 &&
        flatness <= 1
      )
    }),
  )
})

t.test('chroma of an A in any octave is A', async (t) => {
  const chroma = createChroma({ sampleRateHz: 16_000, nFft: 512, fMinHz: 100, fMaxHz: 4000 })
  const out = new Float32Array(12)
  for (const hz of [880, 1760, 3520]) {
    chroma.applyInto(powerOf(sine(512, hz)), out)
    t.equal(out.indexOf(Math.max(...out)), 9, `${hz} Hz`)
    t.ok(Math.abs(out.reduce((sum, x) => sum + x, 0) - 1) < 1e-5)
  }
})

t.test('zero-crossing rate counts the half-waves of a tone', async (t) => {
  t.ok(Math.abs(zeroCrossingRate(sine(16_000, 440), 0, 16_000) * 16_000 - 880) < 2)
  t.equal(zeroCrossingRate(new Float32Array(100), 0, 100), 0)
  t.equal(zeroCrossingRate(new Float32Array(100).fill(-1), 0, 100), 0)
  t.equal(zeroCrossingRate(Float32Array.of(1, -1, 1, -1), 0, 4), 1)
  t.equal(zeroCrossingRate(Float32Array.of(1), 0, 1), 0)
})

t.test('energy of a full-scale sine is a half, and of nothing 0', async (t) => {
  t.ok(Math.abs(shortTimeEnergy(sine(1600, 100), 0, 1600) - 0.5) < 1e-6)
  t.ok(Math.abs(rmsLevel(sine(1600, 100), 0, 1600) - Math.SQRT1_2) < 1e-6)
  t.equal(rmsLevel(new Float32Array(0), 0, 0), 0)
})

t.test('energy entropy is greatest for what is even and 0 for a click', async (t) => {
  const even = Math.log2(10)
  t.ok(Math.abs(energyEntropyBits(new Float32Array(500).fill(0.1), 0, 500) - even) < 1e-9)
  t.ok(Math.abs(energyEntropyBits(new Float32Array(500), 0, 500) - even) < 1e-9, 'silence counts as even')
  const click = new Float32Array(500)
  click[123] = 1
  t.equal(energyEntropyBits(click, 0, 500), 0)
})

t.test('functionals keep their order and are zeros for an empty track', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (track) => {
      const s = statistics(track)
      const ordered = [s.min, s.p20, s.p50, s.p80, s.max]
      return (
        s.count === track.length &&
        s.std >= 0 &&
        s.mean >= s.min - 1e-6 &&
        s.mean <= s.max + 1e-6 &&
        ordered.every((x, i) => i === 0 || x >= ordered[i - 1] - 1e-9)
      )
    }),
  )
  t.strictSame(statistics([]), { count: 0, mean: 0, std: 0, min: 0, max: 0, p20: 0, p50: 0, p80: 0 })
  t.match(statistics([3, 1, 2, 4, 5]), { mean: 3, min: 1, max: 5, p50: 3, std: Math.SQRT2 })
})

import { readFileSync } from 'node:fs'

import t from 'tap'

import { createChroma } from '../../src/features/chroma.js'
import { deltaInto } from '../../src/features/delta.js'
import { energyEntropyBits } from '../../src/features/energy-entropy.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { hannPeriodic } from '../../src/features/hann.js'
import { createMfccExtractor } from '../../src/features/mfcc.js'
import { createModelInput } from '../../src/features/model-input.js'
import { pitchTrack } from '../../src/features/pitch-track.js'
import { createPowerSpectrum } from '../../src/features/power-spectrum.js'
import { preEmphasiseInto } from '../../src/features/pre-emphasis.js'
import { createRealFft } from '../../src/features/real-fft.js'
import { shortTimeEnergy } from '../../src/features/short-time-energy.js'
import {
  spectralBandwidthHz,
  spectralCentroidHz,
  spectralFlatness,
  spectralRollOffHz,
} from '../../src/features/spectral-shape.js'
import { statistics, type Statistics } from '../../src/features/statistics.js'
import { zeroCrossingRate } from '../../src/features/zero-crossing-rate.js'
import { goldenSignal } from './signals.js'

/** Made by golden/make_golden.py: numpy and scipy, float64. Tolerances are stated at each test. */
const golden = JSON.parse(readFileSync(new URL('golden/features.json', import.meta.url), 'utf8')) as {
  frames: number[]
  n_frames: number
  signal_start: number[]
  f0: { frame: number; hz: number }[]
  statistics: Omit<Statistics, 'count'>
} & Record<
  'spectrum_re' | 'spectrum_im' | 'log_mel' | 'mfcc' | 'delta' | 'model_input_rows' | 'chroma',
  number[][]
> &
  Record<
    | 'centroid_hz'
    | 'bandwidth_hz'
    | 'roll_off_hz'
    | 'flatness'
    | 'zero_crossing_rate'
    | 'energy'
    | 'energy_entropy_bits',
    number[]
  >

const signal = goldenSignal()
const { frameLengthSamples: length, hopSamples: hop, nFft, nMfcc, nMels } = FEATURE_PARAMS
const binHz = FEATURE_PARAMS.sampleRateHz / nFft

function worst(actual: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((max, value, i) => Math.max(max, Math.abs(actual[i] - value)), 0)
}

t.test('test signal is the one that the golden values were made of', async (t) => {
  t.strictSame(Array.from(signal.subarray(0, 4)), golden.signal_start)
})

t.test(
  'FFT of a pre-emphasised, windowed frame agrees with scipy within 1e-5 of its largest bin',
  async (t) => {
    const fft = createRealFft(nFft)
    const window = hannPeriodic(length)
    const frame = new Float32Array(nFft)
    const re = new Float32Array(nFft / 2 + 1)
    const im = new Float32Array(nFft / 2 + 1)
    golden.frames.forEach((k, row) => {
      preEmphasiseInto(signal, k * hop, length, FEATURE_PARAMS.preEmphasis, frame)
      fft.transformInto(
        frame.map((x, i) => x * window[i]),
        re,
        im,
      )
      const largest = Math.max(
        ...golden.spectrum_re[row].map((r, i) => Math.hypot(r, golden.spectrum_im[row][i])),
      )
      t.ok(worst(re, golden.spectrum_re[row]) < 1e-5 * largest, `real part of frame ${k}`)
      t.ok(worst(im, golden.spectrum_im[row]) < 1e-5 * largest, `imaginary part of frame ${k}`)
    })
  },
)

t.test('log-mel energies and MFCCs agree with scipy within 1e-3', async (t) => {
  const extractor = createMfccExtractor()
  const logMel = new Float32Array(nMels)
  const { data, frames } = extractor.extract(signal)
  t.equal(frames, golden.n_frames)
  golden.frames.forEach((k, row) => {
    extractor.logMelInto(signal, k * hop, logMel)
    t.ok(worst(logMel, golden.log_mel[row]) < 1e-3, `log-mel of frame ${k}`)
    t.ok(worst(data.subarray(k * nMfcc), golden.mfcc[row]) < 1e-3, `MFCC of frame ${k}`)
  })
})

t.test('deltas and the model input agree with numpy within 1e-3', async (t) => {
  const { data, frames } = createMfccExtractor().extract(signal)
  const delta = new Float32Array(data.length)
  deltaInto(data, frames, nMfcc, delta)
  const modelInput = createModelInput()
  const input = new Float32Array(modelInput.length)
  modelInput.modelInputInto(signal, input)
  golden.frames.forEach((k, row) => {
    t.ok(worst(delta.subarray(k * nMfcc), golden.delta[row]) < 1e-3, `delta of frame ${k}`)
    t.ok(worst(input.subarray(k * nMfcc), golden.model_input_rows[row]) < 1e-3, `input row ${k}`)
  })
})

t.test(
  'spectral descriptors agree with numpy: 0.1 Hz, one bin for the roll-off, 1e-4 elsewhere',
  async (t) => {
    const spectrum = createPowerSpectrum({ frameLengthSamples: length, nFft, preEmphasis: 0 })
    const power = new Float32Array(spectrum.nBins)
    const chroma = createChroma({ sampleRateHz: 16_000, nFft, fMinHz: 100, fMaxHz: 4000 })
    const classes = new Float32Array(12)
    golden.frames.forEach((k, row) => {
      spectrum.frameInto(signal, k * hop, power)
      const centroidHz = spectralCentroidHz(power, binHz)
      t.ok(Math.abs(centroidHz - golden.centroid_hz[row]) < 0.1, 'centroid')
      t.ok(
        Math.abs(spectralBandwidthHz(power, binHz, centroidHz) - golden.bandwidth_hz[row]) < 0.1,
        'bandwidth',
      )
      t.ok(Math.abs(spectralRollOffHz(power, binHz) - golden.roll_off_hz[row]) <= binHz, 'roll-off')
      t.ok(Math.abs(spectralFlatness(power) - golden.flatness[row]) < 1e-4, 'flatness')
      chroma.applyInto(power, classes)
      t.ok(worst(classes, golden.chroma[row]) < 1e-4, 'chroma')
    })
  },
)

t.test('temporal descriptors agree with numpy within 1e-6', async (t) => {
  golden.frames.forEach((k, row) => {
    t.ok(Math.abs(zeroCrossingRate(signal, k * hop, length) - golden.zero_crossing_rate[row]) < 1e-6, 'ZCR')
    t.ok(Math.abs(shortTimeEnergy(signal, k * hop, length) - golden.energy[row]) < 1e-6, 'energy')
    t.ok(
      Math.abs(energyEntropyBits(signal, k * hop, length) - golden.energy_entropy_bits[row]) < 1e-6,
      'entropy',
    )
  })
})

t.test('F0 of a rising noisy triangle agrees with an upsampled autocorrelation within 0.5 %', async (t) => {
  const { f0Hz } = pitchTrack(signal)
  for (const { frame, hz } of golden.f0) t.ok(Math.abs(f0Hz[frame] / hz - 1) < 0.005, `${hz} Hz at ${frame}`)
})

t.test('functionals agree with numpy within 1e-9', async (t) => {
  const ours = statistics(signal.subarray(0, 999))
  for (const [name, value] of Object.entries(golden.statistics)) {
    t.ok(Math.abs(ours[name as keyof Statistics] - value) < 1e-9, name)
  }
})

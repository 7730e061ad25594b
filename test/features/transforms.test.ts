import fc from 'fast-check'
import t from 'tap'

import { InternalError } from '../../src/errors.js'
import { createDct } from '../../src/features/dct.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { createMelFilterbank, hzToMel, melToHz } from '../../src/features/mel-filterbank.js'
import { createPowerSpectrum } from '../../src/features/power-spectrum.js'
import { createRealFft } from '../../src/features/real-fft.js'
import { noise, sine } from './signals.js'

const sizes = fc.constantFrom(4, 8, 32, 512, 1024)
const seeds = fc.integer({ min: 0, max: 2 ** 31 })

function transform(x: Float32Array): { re: Float32Array; im: Float32Array } {
  const re = new Float32Array(x.length / 2 + 1)
  const im = new Float32Array(x.length / 2 + 1)
  createRealFft(x.length).transformInto(x, re, im)
  return { re, im }
}

t.test('FFT keeps the energy (Parseval)', async () => {
  fc.assert(
    fc.property(sizes, seeds, (n, seed) => {
      const x = noise(n, 1, seed)
      const { re, im } = transform(x)
      const inTime = x.reduce((sum, v) => sum + v * v, 0)
      let inFrequency = 0
      for (let k = 0; k <= n / 2; k++) {
        inFrequency += (k === 0 || k === n / 2 ? 1 : 2) * (re[k] ** 2 + im[k] ** 2)
      }
      return Math.abs(inFrequency / n - inTime) <= 1e-5 * inTime
    }),
  )
})

t.test('FFT is linear', async () => {
  fc.assert(
    fc.property(sizes, seeds, fc.float({ min: -4, max: 4, noNaN: true }), (n, seed, gain) => {
      const x = noise(n, 1, seed)
      const y = noise(n, 1, seed + 1)
      const fx = transform(x)
      const fy = transform(y)
      const sum = transform(x.map((v, i) => gain * v + y[i]))
      return sum.re.every(
        (v, k) =>
          Math.abs(v - (gain * fx.re[k] + fy.re[k])) < 2e-6 * n &&
          Math.abs(sum.im[k] - (gain * fx.im[k] + fy.im[k])) < 2e-6 * n,
      )
    }),
  )
})

t.test('FFT agrees with the definition of the transform', async (t) => {
  for (const n of [4, 8, 16, 64]) {
    const x = noise(n, 1, n)
    const { re, im } = transform(x)
    for (let k = 0; k <= n / 2; k++) {
      let r = 0
      let j = 0
      for (let i = 0; i < n; i++) {
        r += x[i] * Math.cos((2 * Math.PI * i * k) / n)
        j -= x[i] * Math.sin((2 * Math.PI * i * k) / n)
      }
      t.ok(Math.abs(re[k] - r) < 1e-5 && Math.abs(im[k] - j) < 1e-5, `bin ${k} of ${n}`)
    }
  }
})

t.test('FFT refuses a length that is no power of two', async (t) => {
  for (const n of [0, 2, 3, 100, 131_072, 512.5, NaN]) {
    t.throws(() => createRealFft(n), InternalError, String(n))
  }
})

t.test(
  'power of a full-scale sine on a bin is 1, and white noise reads its variance times 6/length',
  async (t) => {
    const spectrum = createPowerSpectrum({ frameLengthSamples: 512, nFft: 512, preEmphasis: 0 })
    const power = new Float32Array(spectrum.nBins)
    spectrum.frameInto(sine(512, 1000), 0, power)
    t.ok(Math.abs(power[32] - 1) < 1e-5)
    t.ok(power[40] < 1e-9)
    let mean = 0
    const hiss = noise(512 * 40, 1)
    for (let f = 0; f < 40; f++) {
      spectrum.frameInto(hiss, f * 512, power)
      for (let k = 2; k < 255; k++) mean += power[k] / (40 * 253)
    }
    t.ok(Math.abs(mean / ((1 / 3) * (6 / 512)) - 1) < 0.05)
  },
)

t.test('power spectrum of a frame shorter than the FFT is that of the frame and zeros', async (t) => {
  const short = createPowerSpectrum({ frameLengthSamples: 400, nFft: 512, preEmphasis: 0.97 })
  const power = new Float32Array(257)
  const again = new Float32Array(257)
  const x = noise(1000, 1)
  short.frameInto(x, 100, power)
  short.frameInto(x, 300, again)
  short.frameInto(x.slice(100, 500), 0, again)
  t.strictSame(again, power, 'what lies behind the frame does not matter')
})

t.test('DCT rows are orthonormal', async (t) => {
  const n = 64
  const { matrix } = createDct(n, n)
  let worst = 0
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) {
      let dot = 0
      for (let i = 0; i < n; i++) dot += matrix[a * n + i] * matrix[b * n + i]
      worst = Math.max(worst, Math.abs(dot - (a === b ? 1 : 0)))
    }
  }
  t.ok(worst < 1e-6)
})

t.test('DCT of a constant is its mean alone, times √n', async (t) => {
  const out = new Float32Array(42)
  createDct(64, 40).applyInto(new Float32Array(64).fill(-3), out, 2)
  t.strictSame(Array.from(out.subarray(0, 2)), [0, 0], 'nothing is written before the offset')
  t.ok(Math.abs(out[2] + 24) < 1e-4)
  t.ok(out.subarray(3).every((x) => Math.abs(x) < 1e-4))
})

t.test('mel scale is linear to 1 kHz, logarithmic above, and its own inverse', async (t) => {
  t.ok(Math.abs(hzToMel(500) - 7.5) < 1e-12)
  t.equal(hzToMel(1000), 15)
  t.ok(Math.abs(hzToMel(6400) - 42) < 1e-12)
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 8000, noNaN: true }),
      (hz) => Math.abs(melToHz(hzToMel(hz)) - hz) < 1e-9,
    ),
  )
})

t.test('mel filters cover the band without gaps and nothing outside it', async (t) => {
  const bank = createMelFilterbank(FEATURE_PARAMS)
  const matrix = bank.toMatrix()
  for (let k = 0; k < 257; k++) {
    const hz = k * 31.25
    let covered = 0
    for (let m = 0; m < 64; m++) covered += matrix[m * 257 + k]
    if (hz <= 50 || hz >= 7600) t.equal(covered, 0, `${hz} Hz is outside`)
    else if (!(covered > 0)) t.fail(`${hz} Hz is not covered`)
  }
  t.ok(bank.centresHz.every((hz, m) => m === 0 || hz > bank.centresHz[m - 1]))
})

t.test('mel power of a flat spectrum is that of a bin, within the sampling of the triangles', async (t) => {
  const mel = new Float32Array(64)
  createMelFilterbank(FEATURE_PARAMS).applyInto(new Float32Array(257).fill(0.25), mel)
  t.ok(mel.every((p) => p > 0.22 && p < 0.28))
})

t.test('mel filters are the same as their matrix', async (t) => {
  const bank = createMelFilterbank({ sampleRateHz: 16_000, nFft: 256, nMels: 20, fMinHz: 0, fMaxHz: 8000 })
  const matrix = bank.toMatrix()
  const power = noise(129, 1).map(Math.abs)
  const mel = new Float32Array(20)
  bank.applyInto(power, mel)
  for (let m = 0; m < 20; m++) {
    let sum = 0
    for (let k = 0; k < 129; k++) sum += matrix[m * 129 + k] * power[k]
    t.ok(Math.abs(sum - mel[m]) < 1e-6)
  }
})

import fc from 'fast-check'
import t from 'tap'
import { Resampler } from '../../src/capture/resampler.js'
import { tone } from './build-wav.js'

function resample(rateHz: number, input: Float32Array, pieceSamples = 1_000): Float32Array {
  const resampler = new Resampler(rateHz)
  const output: number[] = []
  for (let i = 0; i < input.length; i += pieceSamples) {
    output.push(...resampler.push(input.subarray(i, i + pieceSamples)))
  }
  output.push(...resampler.flush())
  return Float32Array.from(output)
}

/** Level of the middle half, away from the ends, re a full-scale sine. */
function levelDb(samples: Float32Array): number {
  const middle = samples.subarray(samples.length >> 2, (3 * samples.length) >> 2)
  const power = middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length
  return 10 * Math.log10(2 * power + 1e-20)
}

/** 48001 and 7999 Hz share no useful factor with 16 kHz, so their kernel is interpolated. */
const RATES = [1_000, 7_999, 8_000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 48_001, 96_000, 384_000]

t.test('n samples become n · 16000 / rate, whatever the rate', async (t) => {
  for (const rateHz of RATES) {
    for (const count of [0, 1, 2, 319, 1_001, 5_000]) {
      const expected = Math.round((count * 16_000) / rateHz)
      t.equal(resample(rateHz, new Float32Array(count)).length, expected, `${count} at ${rateHz} Hz`)
    }
  }
})

t.test('a tone in the pass band comes out as the same tone: level, phase and time', async (t) => {
  for (const rateHz of RATES) {
    const nyquistHz = Math.min(rateHz, 16_000) / 2
    for (const frequencyHz of [0.01, 0.3, 0.9].map((part) => part * nyquistHz)) {
      const output = resample(rateHz, tone(frequencyHz, rateHz, rateHz / 4, 1))
      const error = tone(frequencyHz, 16_000, output.length, 1).map((ideal, i) => ideal - output[i])
      t.ok(levelDb(error) < -80, `${frequencyHz} Hz at ${rateHz} Hz: error ${levelDb(error).toFixed(1)} dB`)
      t.ok(Math.abs(levelDb(output)) < 0.1)
    }
  }
})

t.test('a tone above 8 kHz is at least 80 dB down', async (t) => {
  for (const rateHz of [22_050, 24_000, 32_000, 44_100, 48_000, 48_001, 96_000, 384_000]) {
    for (let part = 0; part < 12; part++) {
      const frequencyHz = 8_001 + (part / 12) * (rateHz / 2 - 8_001)
      const level = levelDb(resample(rateHz, tone(frequencyHz, rateHz, rateHz / 4, 1)))
      t.ok(level < -80, `${frequencyHz.toFixed()} Hz at ${rateHz} Hz: ${level.toFixed(1)} dB`)
    }
  }
})

t.test('the gain at DC is 1', async (t) => {
  for (const rateHz of RATES) {
    const output = resample(rateHz, new Float32Array(rateHz).fill(0.5))
    for (let i = 4_000; i < 12_000; i += 7) {
      if (Math.abs(output[i] - 0.5) > 1e-6) t.fail(`${output[i]} at ${rateHz} Hz, sample ${i}`)
    }
    t.equal(Math.round(output[8_000] * 1e6), 500_000)
  }
})

t.test('an impulse stays where it was and is symmetric', async (t) => {
  for (const rateHz of [8_000, 32_000, 44_100, 48_000, 96_000]) {
    const input = new Float32Array(rateHz)
    input[rateHz / 2] = 1
    const output = resample(rateHz, input)
    t.equal(output.indexOf(Math.max(...output)), 8_000, `${rateHz} Hz`)
    for (let i = 1; i < 200; i++) {
      if (Math.abs(output[8_000 + i] - output[8_000 - i]) > 1e-7) t.fail(`asymmetric by ${i} at ${rateHz} Hz`)
    }
  }
})

t.test('16 kHz passes through untouched', async (t) => {
  const input = tone(7_900, 16_000, 4_321, 1)
  t.same(resample(16_000, input), input)
})

t.test('how the input is cut changes not one bit of the output', async () => {
  const pieces = fc.array(fc.nat(900), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.property(fc.constantFrom(...RATES), pieces, fc.nat(2_000), (rateHz, sizes, count) => {
      const input = Float32Array.from({ length: count }, (_, i) => Math.sin(i * i))
      const whole = resample(rateHz, input, Math.max(1, count))
      const resampler = new Resampler(rateHz)
      const output: number[] = []
      for (let i = 0, piece = 0; i < count; piece++) {
        // A size of 0 is pushed as such, but not for ever.
        const size = sizes[piece % sizes.length] + (piece < sizes.length ? 0 : 1)
        output.push(...resampler.push(input.subarray(i, i + size)))
        i += size
      }
      output.push(...resampler.flush())
      return Buffer.from(Float32Array.from(output).buffer).equals(Buffer.from(whole.buffer))
    }),
    { numRuns: 60 },
  )
})

t.test('after a reset nothing is left of what came before', async (t) => {
  const input = tone(1_000, 44_100, 3_000)
  const resampler = new Resampler(44_100)
  const once = () => [...resampler.push(input), ...resampler.flush()]
  const first = once()
  resampler.reset()
  t.same(once(), first)
})

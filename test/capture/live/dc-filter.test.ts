import fc from 'fast-check'
import t from 'tap'
import { DcFilter } from '../../../src/capture/live/dc-filter.js'
import { bitsOf } from '../../support/bits.js'
import { tone } from '../build-wav.js'

const RATES = [8_000, 16_000, 44_100, 48_000]

function filtered(rateHz: number, input: Float32Array): Float32Array {
  const output = input.slice()
  new DcFilter(rateHz).filterInto(output, output)
  return output
}

function gainDb(frequencyHz: number, rateHz: number): number {
  const input = tone(frequencyHz, rateHz, 2 * rateHz)
  // A whole number of periods, after the beginning has died away.
  const power = (samples: Float32Array): number =>
    samples.subarray(rateHz).reduce((sum, sample) => sum + sample * sample, 0)
  return 10 * Math.log10(power(filtered(rateHz, input)) / power(input))
}

t.test('from 50 Hz up nothing is lost, at 5 Hz half the power', async (t) => {
  for (const rateHz of RATES) {
    for (const frequencyHz of [50, 100, 300, 1_000, rateHz / 2 - 10]) {
      const gain = gainDb(frequencyHz, rateHz)
      t.ok(Math.abs(gain) <= 0.05, `${gain} dB at ${frequencyHz} of ${rateHz} Hz`)
    }
    t.ok(Math.abs(gainDb(5, rateHz) + 3.01) < 0.05, `${gainDb(5, rateHz)} dB at 5 Hz`)
  }
})

t.test('a constant gives nothing from its first sample, a step decays to nothing', async (t) => {
  for (const rateHz of RATES) {
    t.ok(filtered(rateHz, new Float32Array(rateHz).fill(0.7)).every((sample) => sample === 0))
    const step = filtered(rateHz, new Float32Array(rateHz).fill(0.7, 10))
    t.ok(step[10] > 0.69)
    t.ok(Math.abs(step[rateHz - 1]) < 1e-9, `${step[rateHz - 1]}`)
  }
})

t.test('how the input is cut changes not one bit', async () => {
  await fc.assert(
    fc.property(fc.float32Array({ noNaN: true, min: -1, max: 1 }), fc.nat(50), (input, cut) => {
      const pieces = input.slice()
      const filter = new DcFilter(16_000)
      filterInPlace(filter, pieces.subarray(0, cut))
      filterInPlace(filter, pieces.subarray(cut))
      return bitsOf(pieces) === bitsOf(filtered(16_000, input))
    }),
  )
})

t.test('after a reset nothing is left of what came before', async (t) => {
  const filter = new DcFilter(16_000)
  filterInPlace(filter, tone(30, 16_000, 1_000))
  filter.reset()
  const output = tone(100, 16_000, 1_000)
  filter.filterInto(output, output)
  t.equal(bitsOf(output), bitsOf(filtered(16_000, tone(100, 16_000, 1_000))))
})

function filterInPlace(filter: DcFilter, samples: Float32Array): void {
  filter.filterInto(samples, samples)
}

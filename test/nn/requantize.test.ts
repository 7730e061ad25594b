import fc from 'fast-check'
import t from 'tap'

import { channelMultipliers, quantizeMultiplier, requantize } from '../../src/nn/requantize.js'

/** The definition, in integers of any size. */
function exactRequantize(acc: number, multiplier: number, shift: number): number {
  const bits = BigInt(31 - shift)
  return Number((BigInt(acc) * BigInt(multiplier) + (1n << (bits - 1n))) >> bits)
}

t.test('multiplier of powers of two and of one third is TFLite’s', (t) => {
  t.strictSame(quantizeMultiplier(1), { multiplier: 2 ** 30, shift: 1 })
  t.strictSame(quantizeMultiplier(0.5), { multiplier: 2 ** 30, shift: 0 })
  t.strictSame(quantizeMultiplier(0.25), { multiplier: 2 ** 30, shift: -1 })
  // 2/3 · 2^31 = 1431655765.33…
  t.strictSame(quantizeMultiplier(1 / 3), { multiplier: 1_431_655_765, shift: -1 })
  t.strictSame(quantizeMultiplier(0), { multiplier: 0, shift: 0 })
  t.end()
})

t.test('multiplier keeps to its range at both ends', (t) => {
  t.strictSame(quantizeMultiplier(2 ** -32), { multiplier: 2 ** 30, shift: -31 })
  t.strictSame(quantizeMultiplier(2 ** -32 - 2 ** -85), { multiplier: 0, shift: 0 })
  t.strictSame(quantizeMultiplier(5e-324), { multiplier: 0, shift: 0 })
  // The mantissa rounds up to 2^31: halved, with the next shift.
  t.strictSame(quantizeMultiplier(1 - 2 ** -53), { multiplier: 2 ** 30, shift: 1 })
  t.strictSame(quantizeMultiplier(2 ** 14 - 2 ** -39), { multiplier: 2 ** 31 - 1, shift: 14 })
  for (const real of [2 ** 14, -1e-9, NaN, Infinity]) {
    t.throws(() => quantizeMultiplier(real), { code: 'INTERNAL_MULTIPLIER' }, String(real))
  }
  t.end()
})

t.test('multiplier is within half a step of 31 bits of the real', (t) => {
  const ratio = fc.double({ min: 2 ** -32, max: 2 ** 13, noNaN: true })
  fc.assert(
    fc.property(ratio, (real) => {
      const { multiplier, shift } = quantizeMultiplier(real)
      t.ok(multiplier >= 2 ** 30 && multiplier < 2 ** 31)
      t.ok(Math.abs(multiplier * 2 ** (shift - 31) - real) <= 2 ** (shift - 32))
    }),
    { numRuns: 500 },
  )
  t.end()
})

t.test('requantise rounds ties towards positive infinity', (t) => {
  const { multiplier, shift } = quantizeMultiplier(0.5)
  const halves = [-5, -3, -2, -1, 0, 1, 3, 5].map((acc) => requantize(acc, multiplier, shift))
  t.strictSame(
    halves,
    [-2, -1, -1, -0, 0, 1, 2, 3].map((value) => value + 0),
  )
  t.end()
})

t.test('requantise is exact at the corners of its range', (t) => {
  const accs = [-(2 ** 31), 1 - 2 ** 31, -65_537, -65_536, -65_535, -1, 0, 1, 65_535, 65_536, 2 ** 31 - 1]
  const multipliers = [0, 2 ** 30, 2 ** 30 + 1, 1_431_655_765, 2 ** 31 - 1]
  for (const acc of accs) {
    for (const multiplier of multipliers) {
      for (let shift = -31; shift <= 14; shift++) {
        const expected = exactRequantize(acc, multiplier, shift)
        if (requantize(acc, multiplier, shift) !== expected) t.equal([acc, multiplier, shift], expected)
      }
    }
  }
  t.pass('all corners agree with BigInt')
  t.end()
})

t.test('requantise is exact for any accumulator and multiplier, near ties too', (t) => {
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  const shift = fc.integer({ min: -31, max: 14 })
  const multiplier = fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 })
  fc.assert(
    fc.property(
      int32,
      multiplier,
      shift,
      (acc, m, s) => requantize(acc, m, s) === exactRequantize(acc, m, s),
    ),
    { numRuns: 20_000 },
  )
  // Accumulators whose product lies next to a half.
  fc.assert(
    fc.property(
      fc.integer({ min: -200, max: 200 }),
      multiplier,
      fc.integer({ min: -20, max: 4 }),
      (q, m, s) => {
        const tie = Math.floor(((q + 0.5) * 2 ** (31 - s)) / m)
        return [tie - 1, tie, tie + 1]
          .filter((acc) => acc === (acc | 0))
          .every((acc) => requantize(acc, m, s) === exactRequantize(acc, m, s))
      },
    ),
    { numRuns: 5000 },
  )
  t.end()
})

t.test('channels have a multiplier each', (t) => {
  const { multipliers, shifts } = channelMultipliers(0.5, [0.5, 1, 4], 1)
  t.strictSame([...multipliers], [2 ** 30, 2 ** 30, 2 ** 30])
  t.strictSame([...shifts], [-1, 0, 2])
  t.end()
})

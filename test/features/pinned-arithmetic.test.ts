import fc from 'fast-check'
import t from 'tap'

import { fourLaneDot } from '../../src/features/four-lane-dot.js'
import { hannPeriodic } from '../../src/features/hann.js'
import { flooredLogInto, logF32 } from '../../src/features/log-f32.js'
import { cosOfTurn, expSeries, lnSeries, sinOfTurn } from '../../src/features/pinned-series.js'

t.test('pinned sine and cosine agree with Math within 2e-15, and are exact at the quarters', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e5 }), (k, n) => {
      const angle = (2 * Math.PI * (k % n)) / n
      return (
        Math.abs(cosOfTurn(k, n) - Math.cos(angle)) < 2e-15 &&
        Math.abs(sinOfTurn(k, n) - Math.sin(angle)) < 2e-15
      )
    }),
  )
  t.strictSame(
    [0, 1, 2, 3, 4].map((k) => cosOfTurn(k, 4) + 0),
    [1, 0, -1, 0, 1],
  )
  t.strictSame(
    [0, 1, 2, 3, 4].map((k) => sinOfTurn(k, 4) + 0),
    [0, 1, 0, -1, 0],
  )
  t.ok(Math.abs(cosOfTurn(1, 8) - Math.SQRT1_2) < 4e-16)
})

t.test('pinned exp and ln agree with Math to 1e-13 and undo each other', async () => {
  fc.assert(
    fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (x) => {
      const e = expSeries(x)
      return (
        Math.abs(e / Math.exp(x) - 1) < 1e-13 && Math.abs(lnSeries(e) - x) < 1e-13 * Math.max(1, Math.abs(x))
      )
    }),
  )
})

const positiveNormal = fc.float({ min: 2 ** -126, max: Math.fround(3.4e38), noNaN: true })

t.test('float32 logarithm stays within 2e-7 of Math.log, relatively, over all normal numbers', async () => {
  const within = (x: number) => {
    const expected = Math.log(x)
    return Math.abs(logF32(x) - expected) <= 2e-7 * Math.abs(expected)
  }
  fc.assert(fc.property(positiveNormal, within), { numRuns: 5000 })
  // Near 1 the result is small, and a careless split loses it.
  fc.assert(fc.property(fc.float({ min: 0.5, max: 2, noNaN: true }), within), { numRuns: 5000 })
})

t.test('float32 logarithm is 0 at 1, is a float32, and does not fall where its argument rises', async (t) => {
  t.equal(logF32(1), 0)
  const bits = new Int32Array(1)
  const value = new Float32Array(bits.buffer)
  fc.assert(
    fc.property(fc.integer({ min: 0x00800000, max: 0x7f7ffffe }), (pattern) => {
      bits[0] = pattern
      const low = logF32(value[0])
      bits[0] = pattern + 64
      return low === Math.fround(low) && logF32(value[0]) >= low
    }),
    { numRuns: 5000 },
  )
})

t.test('floored logarithm turns zero, negative numbers and NaN into the floor', async (t) => {
  const out = new Float32Array(4)
  flooredLogInto(Float32Array.of(0, -1, NaN, 1e-12), 1e-10, out)
  t.strictSame(Array.from(out), new Array(4).fill(logF32(Math.fround(1e-10))))
})

t.test('four-lane dot product sums lane by lane, then pairs of lanes', async (t) => {
  const f = Math.fround
  const values = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { maxLength: 40 })
  fc.assert(
    fc.property(values, (list) => {
      const a = Float32Array.from(list)
      const b = a.map((x, i) => x / 3 + i)
      const lanes = [0, 0, 0, 0]
      a.forEach((x, i) => (lanes[i % 4] = f(lanes[i % 4] + f(x * b[i]))))
      const expected = f(f(lanes[0] + lanes[1]) + f(lanes[2] + lanes[3]))
      const padded = new Float32Array(a.length + 3)
      padded.set(a)
      return (
        fourLaneDot(a, 0, b, 0, a.length) === expected &&
        fourLaneDot(padded, 0, new Float32Array([...b, 7, 8, 9]), 0, a.length + 3) === expected
      )
    }),
  )
  // 2^24 + 1 rounds back to 2^24 in float32, lane by lane; in sequence it stays 2^24, in float64 it is 2^24 + 4.
  const big = Float32Array.of(2 ** 24, 1, 1, 1, 1)
  t.equal(fourLaneDot(big, 0, new Float32Array(5).fill(1), 0, 5), 2 ** 24 + 2)
})

t.test('periodic Hann window starts at 0, peaks at 1 and overlaps to a constant', async (t) => {
  const w = hannPeriodic(512)
  t.equal(w[0], 0)
  t.equal(w[256], 1)
  for (let i = 0; i < 256; i++) t.ok(Math.abs(w[i] + w[i + 256] - 1) < 1e-6 && w[i + 256] === w[256 - i])
})

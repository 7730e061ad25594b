import fc from 'fast-check'
import t from 'tap'

import { quantizeInputInto } from '../../src/nn/quantize-input.js'

function quantize(values: number[], scale: number, zeroPoint: number): number[] {
  const out = new Int8Array(values.length)
  quantizeInputInto(Float32Array.from(values), scale, zeroPoint, out)
  return [...out]
}

t.test('input rounds halves up, adds the zero point and saturates', (t) => {
  t.strictSame(quantize([-1.5, -0.5, -0.25, 0, 0.5, 1.5, 2.4], 1, 0), [-1, 0, 0, 0, 1, 2, 2])
  t.strictSame(quantize([0, 1, -1], 0.5, 10), [10, 12, 8])
  t.strictSame(quantize([1e30, -1e30, 3.4e38, 200, -200], 1, 0), [127, -128, 127, 127, -128])
  t.end()
})

t.test('input just below a half rounds down: the sum is exact', (t) => {
  t.strictSame(quantize([0.49999997, -0.50000006], 1, 0), [0, -1])
  t.end()
})

t.test('input multiplies by the float32 reciprocal, rounded once', (t) => {
  // The float32 nearest 0.35, times 10, is 3.49999994: under the half, but float32 rounds it to 3.5.
  t.strictSame(quantize([0.35, -0.35], 0.1, 0), [4, -3])
  t.end()
})

t.test('input comes back within half a step where it doesn’t saturate', (t) => {
  const scale = 0.03
  const zeroPoint = 3
  fc.assert(
    fc.property(fc.float({ min: Math.fround(-3.8), max: Math.fround(3.6), noNaN: true }), (x) => {
      const [q] = quantize([x], scale, zeroPoint) as [number]
      return Math.abs(scale * (q - zeroPoint) - x) <= scale * (0.5 + 1e-5)
    }),
  )
  t.end()
})

t.test('input that is not finite, or of the wrong length, is our bug', (t) => {
  for (const value of [NaN, Infinity, -Infinity]) {
    t.throws(() => quantize([0, value], 1, 0), { code: 'INTERNAL_NOT_FINITE', exitCode: 70 })
  }
  t.throws(() => quantizeInputInto(new Float32Array(3), 1, 0, new Int8Array(2)), { code: 'INTERNAL_SHAPE' })
  t.end()
})

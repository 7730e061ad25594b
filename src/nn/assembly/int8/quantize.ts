import { GROUP } from './requantise'

/**
 * Real values to int8, as `quantizeInputInto` in src/nn/quantize-input.ts: eight at a time, past the end too.
 *
 * @param inverseScale fround(1/scale)
 * @returns false if a value is not finite; what is written then means nothing
 */
export function quantize(real: usize, out: usize, count: i32, inverseScale: f32, zeroPoint: i32): bool {
  const inverse = f32x4.splat(inverseScale)
  const zero = i32x4.splat(zeroPoint)
  let isFinite = i32x4.splat(-1)
  for (let i: usize = 0; i < <usize>count; i += GROUP) {
    const a = v128.load(real + (i << 2))
    const b = v128.load(real + (i << 2), 16)
    // ±Infinity and NaN less themselves are NaN.
    isFinite = v128.and(isFinite, f32x4.eq(f32x4.sub(a, a), f32x4.sub(b, b)))
    const low = i32x4.add(nearest(f32x4.mul(a, inverse)), zero)
    const high = i32x4.add(nearest(f32x4.mul(b, inverse)), zero)
    const words = i16x8.narrow_i32x4_s(low, high)
    v128.store64_lane(out + i, i8x16.narrow_i16x8_s(words, words), 0)
  }
  return i32x4.all_true(isFinite)
}

/**
 * ⌊x + ½⌋. A float32 sum could round up to the next integer, so the fraction is looked at instead: it is exact but for
 * x just below 0, whose fraction rounds to 1 and is above ½ either way.
 */
function nearest(x: v128): v128 {
  // Far outside int8, and its sums far inside int32.
  const bounded = f32x4.max(f32x4.min(x, f32x4.splat(4096)), f32x4.splat(-4096))
  const floor = f32x4.floor(bounded)
  const isUpper = f32x4.ge(f32x4.sub(bounded, floor), f32x4.splat(0.5))
  // A true lane is −1.
  return i32x4.sub(i32x4.trunc_sat_f32x4_s(floor), isUpper)
}

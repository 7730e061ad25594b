// The constants of src/features/log-f32.ts, worked out there.
const SQRT_HALF_BITS: i32 = 0x3f3504f3
const MANTISSA: i32 = 0x7fffff
const C3: f32 = <f32>(2.0 / 3.0)
const C5: f32 = <f32>(2.0 / 5.0)
const C7: f32 = <f32>(2.0 / 7.0)
const C9: f32 = <f32>(2.0 / 9.0)
const LN2: f64 = 0.6931471805599453
/** round(ln 2 · 2^15) / 2^15 */
const LN2_HIGH: f32 = <f32>(22713.0 / 32768.0)
const LN2_LOW: f32 = <f32>(LN2 - 22713.0 / 32768.0)

/** `logF32` of four positive, normal values. */
export function log(x: v128): v128 {
  const shifted = i32x4.sub(x, i32x4.splat(SQRT_HALF_BITS))
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23))
  const mantissa = i32x4.add(v128.and(shifted, i32x4.splat(MANTISSA)), i32x4.splat(SQRT_HALF_BITS))
  const f = f32x4.sub(mantissa, f32x4.splat(1))
  const s = f32x4.div(f, f32x4.add(f32x4.splat(2), f))
  const z = f32x4.mul(s, s)
  const halfSquare = f32x4.mul(f32x4.mul(f, f), f32x4.splat(0.5))
  let r = f32x4.add(f32x4.splat(C7), f32x4.mul(z, f32x4.splat(C9)))
  r = f32x4.add(f32x4.splat(C5), f32x4.mul(z, r))
  r = f32x4.mul(z, f32x4.add(f32x4.splat(C3), f32x4.mul(z, r)))
  const low = f32x4.add(f32x4.mul(s, f32x4.add(halfSquare, r)), f32x4.mul(exponent, f32x4.splat(LN2_LOW)))
  const high = f32x4.mul(exponent, f32x4.splat(LN2_HIGH))
  return f32x4.sub(high, f32x4.sub(f32x4.sub(halfSquare, low), f))
}

/** In place, rounded up to whole registers. */
export function flooredLog(x: usize, count: i32, floor: f32): void {
  const least = f32x4.splat(floor)
  const end = x + ((<usize>count) << 2)
  for (; x < end; x += 16) {
    const value = v128.load(x)
    v128.store(x, log(v128.bitselect(value, least, f32x4.gt(value, least))))
  }
}

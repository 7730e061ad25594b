const f32 = Math.fround

const LN2 = Math.LN2
/** ln 2 in two parts: the first has 9 trailing zero bits, so that exponent × LN2_HIGH is exact. */
const LN2_HIGH = f32(Math.round(LN2 * 2 ** 15) / 2 ** 15)
const LN2_LOW = f32(LN2 - LN2_HIGH)
const C3 = f32(2 / 3)
const C5 = f32(2 / 5)
const C7 = f32(2 / 7)
const C9 = f32(2 / 9)

/** Bits of √½: mantissas are taken from [√½, √2), so that the logarithm of a number near 1 loses nothing. */
const SQRT_HALF_BITS = 0x3f3504f3

const asFloat = new Float32Array(1)
const asBits = new Int32Array(asFloat.buffer)

/**
 * Natural logarithm in float32, relative error below 2e-7, the same bits everywhere: exponent and mantissa apart,
 * then with m = 1 + f and s = f/(2 + f) the odd series ln m = 2s + ⅔s³ + ⅖s⁵ + …, rearranged so that f itself
 * carries the leading bits: f − (f²/2 − s·(f²/2 + R)), R = s²·(⅔ + ⅖s² + …). The first term left out is 2e-9 of
 * the result.
 *
 * @param x positive and normal (≥ 2^-126): the caller floors it
 */
export function logF32(x: number): number {
  asFloat[0] = x
  const shifted = asBits[0] - SQRT_HALF_BITS
  const exponent = shifted >> 23
  asBits[0] = (shifted & 0x7fffff) + SQRT_HALF_BITS
  const f = f32(asFloat[0] - 1)
  const s = f32(f / f32(2 + f))
  const z = f32(s * s)
  const halfSquare = f32(f32(f * f) * 0.5)
  const r = f32(z * f32(C3 + f32(z * f32(C5 + f32(z * f32(C7 + f32(z * C9)))))))
  const low = f32(f32(s * f32(halfSquare + r)) + f32(exponent * LN2_LOW))
  return f32(f32(exponent * LN2_HIGH) - f32(f32(halfSquare - low) - f))
}

/**
 * out[i] = ln(max(x[i], floor)), float32.
 *
 * @param x     finite, shape [≥ out.length]; may be `out`
 * @param floor positive and normal
 */
export function flooredLogInto(x: Float32Array, floor: number, out: Float32Array): void {
  const floor32 = f32(floor)
  for (let i = 0; i < out.length; i++) out[i] = logF32(x[i] > floor32 ? x[i] : floor32)
}

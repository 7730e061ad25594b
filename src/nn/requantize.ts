import { InternalError } from '../errors.js'

/** A positive real as multiplier × 2^(shift − 31), multiplier an int32 in [2^30, 2^31), or 0. */
export interface QuantizedMultiplier {
  readonly multiplier: number
  readonly shift: number
}

/** Below 2^−32 TFLite's rule is 0; above 2^14 an accumulator's low half would no longer fit the split below. */
export const MIN_SHIFT = -31
export const MAX_SHIFT = 14

const DOUBLE = new DataView(new ArrayBuffer(8))

/** 2^(14 − shift) and 2^(shift − 15), by shift − MIN_SHIFT. */
const ROUNDING = Float64Array.from(
  { length: MAX_SHIFT - MIN_SHIFT + 1 },
  (_, i) => 2 ** (14 - (i + MIN_SHIFT)),
)
const SCALING = Float64Array.from(ROUNDING, (rounding) => 0.5 / rounding)

/**
 * The fixed-point form of a ratio of scales.
 *
 * @param real finite, in [0, 2^14)
 * @throws {InternalError} INTERNAL_MULTIPLIER out of that range
 * @see TFLite's QuantizeMultiplier: frexp, then the mantissa rounded to 31 bits
 */
export function quantizeMultiplier(real: number): QuantizedMultiplier {
  if (!(real >= 0 && real < 2 ** MAX_SHIFT)) {
    throw new InternalError('INTERNAL_MULTIPLIER', `multiplier ${real} is outside [0, 2^${MAX_SHIFT})`)
  }
  if (real < 2 ** (MIN_SHIFT - 1)) return { multiplier: 0, shift: 0 }
  DOUBLE.setFloat64(0, real)
  const exponent = ((DOUBLE.getUint16(0) >> 4) & 0x7ff) - 1022
  const mantissa = Math.round(real * 2 ** (31 - exponent))
  if (mantissa < 2 ** 31) return { multiplier: mantissa, shift: exponent }
  return exponent < MAX_SHIFT
    ? { multiplier: 2 ** 30, shift: exponent + 1 }
    : { multiplier: 2 ** 31 - 1, shift: exponent }
}

/**
 * floor((acc × multiplier + 2^(s−1)) / 2^s) with s = 31 − shift: TFLite's single rounding, ties towards +∞.
 *
 * @param acc int32
 * @returns an integer, not clamped; the zero point comes after
 */
export function requantize(acc: number, multiplier: number, shift: number): number {
  // acc = high·2^16 + low, so that both products stay under 2^47 and every double below is exact. The 16 bits that
  // the inner floor drops cannot reach the result: s ≥ 17, and what is added and divided by is a multiple of 2^16.
  const product = (acc >> 16) * multiplier + Math.floor(((acc & 0xffff) * multiplier) / 65_536)
  return Math.floor((product + ROUNDING[shift - MIN_SHIFT]!) * SCALING[shift - MIN_SHIFT]!)
}

/** One fixed-point multiplier a channel: input scale × weight scale / output scale. */
export interface ChannelMultipliers {
  readonly multipliers: Int32Array
  readonly shifts: Int8Array
}

/** @throws {InternalError} as `quantizeMultiplier` */
export function channelMultipliers(
  inputScale: number,
  weightScales: readonly number[],
  outputScale: number,
): ChannelMultipliers {
  const fixed = weightScales.map((weightScale) =>
    quantizeMultiplier((inputScale * weightScale) / outputScale),
  )
  return {
    multipliers: Int32Array.from(fixed, ({ multiplier }) => multiplier),
    shifts: Int8Array.from(fixed, ({ shift }) => shift),
  }
}

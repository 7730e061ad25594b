const bits = new DataView(new ArrayBuffer(8))

/** 1/(2n + 1), n = 0 … 14: for m in [√½, √2) the first term left out is below 1e-24 of the result. */
const INVERSE_ODDS = Float64Array.from({ length: 15 }, (_, n) => 1 / (2 * n + 1))

/**
 * ln x from + − × ÷ alone, relative error below 1e-15 (absolute near 1): ECMAScript leaves the last bits of Math.log to
 * the implementation, and the state must have the same bits everywhere. x = m·2^e, ln m = 2·artanh((m − 1)/(m + 1)).
 *
 * @param x positive, finite and not subnormal (≥ 2^−1022); for anything else the result means nothing
 */
export function pinnedLog(x: number): number {
  bits.setFloat64(0, x)
  let exponent = ((bits.getUint16(0) >> 4) & 0x7ff) - 1023
  bits.setUint16(0, (bits.getUint16(0) & 0x800f) | 0x3ff0)
  let mantissa = bits.getFloat64(0)
  if (mantissa > Math.SQRT2) {
    mantissa /= 2
    exponent += 1
  }
  const s = (mantissa - 1) / (mantissa + 1)
  const square = s * s
  let sum = INVERSE_ODDS[14]
  for (let n = 13; n >= 0; n--) sum = sum * square + INVERSE_ODDS[n]
  return 2 * s * sum + exponent * Math.LN2
}

/** Below it the result would lose bits: it is 0. Above −MIN_X the result would overflow. */
const MIN_X = -708

// ln 2 in two parts: the first has 21 trailing zero bits, so that k × LN2_HIGH is exact for |k| < 2^21.
const LN2_HIGH = 6.9314718036912381649e-1
const LN2_LOW = 1.90821492927058770002e-10
const ONE_OVER_LN2 = 1.4426950408889634

/** 1/n!, n = 0 … 14: for |r| ≤ ½ ln 2 the first term left out is below 1e-19. */
const INVERSE_FACTORIALS = Float64Array.from([
  1,
  1,
  1 / 2,
  1 / 6,
  1 / 24,
  1 / 120,
  1 / 720,
  1 / 5040,
  1 / 40_320,
  1 / 362_880,
  1 / 3_628_800,
  1 / 39_916_800,
  1 / 479_001_600,
  1 / 6_227_020_800,
  1 / 87_178_291_200,
])

const bits = new BigInt64Array(1)
const asFloat = new Float64Array(bits.buffer)

/**
 * e^x from + − × and exact scaling alone, relative error below 1e-15: ECMAScript leaves the last bits of Math.exp to
 * the implementation, and a decision must have the same bits everywhere.
 *
 * @param x at most 708; below −708 the result is 0, for NaN it is NaN
 */
export function pinnedExp(x: number): number {
  if (x < MIN_X) return 0
  const exponent = Math.round(x * ONE_OVER_LN2)
  const rest = x - exponent * LN2_HIGH - exponent * LN2_LOW
  let sum = INVERSE_FACTORIALS[14]
  for (let n = 13; n >= 0; n--) sum = sum * rest + INVERSE_FACTORIALS[n]
  return sum * powerOfTwo(exponent)
}

/** 2^−x for x ≥ 0: what is left after x half-lives. */
export function halved(halfLives: number): number {
  return pinnedExp(-halfLives * Math.LN2)
}

/** @param exponent −1022 … 1023 */
function powerOfTwo(exponent: number): number {
  if (Number.isNaN(exponent)) return NaN
  bits[0] = BigInt(exponent + 1023) << 52n
  return asFloat[0]
}

/**
 * Elementary functions for tables (twiddles, window, mel filters, DCT), in float64 from + − × ÷ alone.
 *
 * ECMAScript leaves Math.sin, Math.cos, Math.log and Math.exp to the implementation, so their last bit may differ
 * between engines and processors. These series give the same bits everywhere; their error (about 1e-16) is far
 * below the float32 that the tables are rounded to. For tables only: they are slow.
 */

/** cos(2π·numerator/denominator); both integers below 2^50, so that the reduction is exact. */
export function cosOfTurn(numerator: number, denominator: number): number {
  let turn = numerator % denominator
  if (turn < 0) turn += denominator
  if (2 * turn > denominator) turn = denominator - turn
  const isNegative = 4 * turn > denominator
  // The angle is a quarter turn × quarter/denominator, quarter in [0, denominator].
  const quarter = isNegative ? 2 * denominator - 4 * turn : 4 * turn
  const value =
    2 * quarter <= denominator
      ? cosSeries((Math.PI / 2) * (quarter / denominator))
      : sinSeries((Math.PI / 2) * ((denominator - quarter) / denominator))
  return isNegative ? -value : value
}

/** sin(2π·numerator/denominator); both integers below 2^48. */
export function sinOfTurn(numerator: number, denominator: number): number {
  return cosOfTurn(4 * numerator - denominator, 4 * denominator)
}

/** Taylor, |x| ≤ π/4: the first term left out is below 1e-20. */
function cosSeries(x: number): number {
  let sum = 1
  for (let k = 10; k >= 1; k--) sum = 1 - ((x * x) / ((2 * k - 1) * (2 * k))) * sum
  return sum
}

function sinSeries(x: number): number {
  let sum = 1
  for (let k = 10; k >= 1; k--) sum = 1 - ((x * x) / (2 * k * (2 * k + 1))) * sum
  return x * sum
}

/** e^x for |x| ≤ 700. */
export function expSeries(x: number): number {
  const doublings = Math.round(x / Math.LN2)
  const rest = x - doublings * Math.LN2
  let sum = 1
  for (let k = 20; k >= 1; k--) sum = 1 + (rest / k) * sum
  for (let i = 0; i < Math.abs(doublings); i++) sum *= doublings > 0 ? 2 : 0.5
  return sum
}

/** Natural logarithm of a positive normal number. */
export function lnSeries(x: number): number {
  let mantissa = x
  let exponent = 0
  for (; mantissa > Math.SQRT2; exponent++) mantissa /= 2
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2
  // ln m = 2·atanh(s), |s| ≤ 0.172: s^31/31 is below 1e-24.
  const s = (mantissa - 1) / (mantissa + 1)
  let sum = 0
  for (let k = 31; k >= 1; k -= 2) sum = 1 / k + s * s * sum
  return 2 * s * sum + exponent * Math.LN2
}

/** Channels that one step computes: two vectors of four sums. */
export const GROUP = 8

/**
 * How the sums of a layer become bytes. `multipliers`, `shifts` (s, the places by which a product is shifted) and
 * `powers` are of one entry a channel, filled up to whole groups.
 */
// @ts-ignore: decorator
@unmanaged
export class Requantisation {
  multipliers: usize
  /** int64: 2^(s − 1) */
  roundings: usize
  /** int32 */
  shifts: usize
  /** int32: 2^(64 − s) */
  powers: usize
  /** 1: every s is from 34 to 64, so that two high halves of products are the shift. */
  isVector: i32
  zeroPoint: i32
  lowest: i32
}

/** Eight sums to bytes; `left` of them are channels. */
export function requantise(a: v128, b: v128, channel: i32, left: i32, rule: Requantisation, to: usize): void {
  if (rule.isVector) {
    const low = shifted(a, channel, rule)
    const high = shifted(b, channel + 4, rule)
    const zero = i32x4.splat(rule.zeroPoint)
    // Narrowing saturates to −128 … 127.
    const words = i16x8.narrow_i32x4_s(i32x4.add(low, zero), i32x4.add(high, zero))
    const bytes = i8x16.max_s(i8x16.narrow_i16x8_s(words, words), i8x16.splat(<i8>rule.lowest))
    if (left >= GROUP) {
      v128.store64_lane(to, bytes, 0)
      return
    }
    let rest = i64x2.extract_lane(bytes, 0)
    for (let i = 0; i < left; i++) {
      store<i8>(to + <usize>i, <i8>rest)
      rest >>= 8
    }
    return
  }
  requantiseOne(i32x4.extract_lane(a, 0), channel, rule, to)
  if (left > 1) requantiseOne(i32x4.extract_lane(a, 1), channel + 1, rule, to + 1)
  if (left > 2) requantiseOne(i32x4.extract_lane(a, 2), channel + 2, rule, to + 2)
  if (left > 3) requantiseOne(i32x4.extract_lane(a, 3), channel + 3, rule, to + 3)
  if (left > 4) requantiseOne(i32x4.extract_lane(b, 0), channel + 4, rule, to + 4)
  if (left > 5) requantiseOne(i32x4.extract_lane(b, 1), channel + 5, rule, to + 5)
  if (left > 6) requantiseOne(i32x4.extract_lane(b, 2), channel + 6, rule, to + 6)
  if (left > 7) requantiseOne(i32x4.extract_lane(b, 3), channel + 7, rule, to + 7)
}

/**
 * ⌊(sum × multiplier + 2^(s−1)) / 2^s⌋ of four channels, 34 ≤ s ≤ 64: the floor of a floor is the floor, so the high
 * half of the product is taken first, and then the high half of its product with 2^(64 − s).
 */
function shifted(sums: v128, channel: i32, rule: Requantisation): v128 {
  const multipliers = v128.load(rule.multipliers + ((<usize>channel) << 2))
  const roundings = rule.roundings + ((<usize>channel) << 3)
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(sums, multipliers), v128.load(roundings))
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(sums, multipliers), v128.load(roundings, 16))
  const tops = v128.shuffle<i32>(low, high, 1, 3, 5, 7)
  const powers = v128.load(rule.powers + ((<usize>channel) << 2))
  return v128.shuffle<i32>(
    i64x2.extmul_low_i32x4_s(tops, powers),
    i64x2.extmul_high_i32x4_s(tops, powers),
    1,
    3,
    5,
    7,
  )
}

/** One sum to a byte. */
export function requantiseOne(sum: i32, channel: i32, rule: Requantisation, to: usize): void {
  const multiplier = <i64>load<i32>(rule.multipliers + ((<usize>channel) << 2))
  const rounding = load<i64>(rule.roundings + ((<usize>channel) << 3))
  const s = <i64>load<i32>(rule.shifts + ((<usize>channel) << 2))
  const q = ((<i64>sum * multiplier + rounding) >> s) + <i64>rule.zeroPoint
  store<i8>(to, <i8>max<i64>(min<i64>(q, 127), <i64>rule.lowest))
}

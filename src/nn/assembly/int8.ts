// AssemblyScript, compiled by scripts/build-kernels.js: the int8 layers in WASM SIMD. The same arithmetic as
// src/nn/reference, byte for byte: docs/decisions/0002. Everything lies in memory that the caller has laid out, by
// address; nothing is allocated and nothing is kept. Loads may reach up to 16 bytes past an array, never beyond memory.

/** Channels that one step computes: two vectors of four sums. */
const GROUP = 8
/** Output positions that share each load of weights. */
const POSITIONS = 4

/**
 * How the sums of a layer become bytes. `multipliers`, `shifts` (s, the places by which a product is shifted) and
 * `scales` (2^(32 − s)) are of one entry a channel, filled up to whole groups.
 */
// @ts-ignore: decorator
@unmanaged
class Requantisation {
  multipliers: usize
  /** int64: 2^(s − 1) */
  roundings: usize
  /** int32 */
  shifts: usize
  /** float64: 2^(32 − s) */
  scales: usize
  /** 1: every s is at least 32, so that the high half of a product is what is left to be shifted. */
  isVector: i32
  zeroPoint: i32
  lowest: i32
}

/**
 * Convolution, channels last: patches of four output positions at a time, each gathered once as int16 less the zero
 * point, times the weights of eight channels at a time, two taps in each multiply-add.
 *
 * @param weights int16 [groups of 8 channels, pairs of taps, 8 channels, 2], zeros where there is none
 * @param biases  int32, filled up to whole groups
 * @param patches room for 4 × int16 [taps, filled up to pairs]; what fills them up meets a weight of 0
 */
export function conv2d(
  source: usize,
  output: usize,
  weights: usize,
  biases: usize,
  requantisation: usize,
  patches: usize,
  height: i32,
  width: i32,
  inChannels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  inputZeroPoint: i32,
): void {
  const rule = changetype<Requantisation>(requantisation)
  const pairs = (kernelY * kernelX * inChannels + 1) >> 1
  const patchBytes = (<usize>pairs) << 2
  const positions = outHeight * outWidth
  const zero = i16x8.splat(<i16>inputZeroPoint)
  for (let first = 0; first < positions; first += POSITIONS) {
    const count = min(POSITIONS, positions - first)
    for (let n = 0; n < count; n++) {
      const position = first + n
      const top = (position / outWidth) * strideY - padTop
      const left = (position % outWidth) * strideX - padLeft
      let to = patches + <usize>n * patchBytes
      for (let ky = 0, y = top; ky < kernelY; ky++, y += dilationY) {
        for (let kx = 0, x = left; kx < kernelX; kx++, x += dilationX) {
          if (y < 0 || y >= height || x < 0 || x >= width) {
            memory.fill(to, 0, (<usize>inChannels) << 1)
          } else {
            widen(source + <usize>((y * width + x) * inChannels), to, inChannels, inputZeroPoint, zero)
          }
          to += (<usize>inChannels) << 1
        }
      }
    }
    const p0 = patches
    const p1 = p0 + patchBytes
    const p2 = p1 + patchBytes
    const p3 = p2 + patchBytes
    let w = weights
    for (let channel = 0; channel < outChannels; channel += GROUP) {
      const bias = biases + ((<usize>channel) << 2)
      let a0 = v128.load(bias)
      let b0 = v128.load(bias, 16)
      let a1 = a0
      let b1 = b0
      let a2 = a0
      let b2 = b0
      let a3 = a0
      let b3 = b0
      for (let at: usize = 0; at < patchBytes; at += 4) {
        const wa = v128.load(w)
        const wb = v128.load(w, 16)
        w += 32
        const x0 = v128.load32_splat(p0 + at)
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(wa, x0))
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(wb, x0))
        const x1 = v128.load32_splat(p1 + at)
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(wa, x1))
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(wb, x1))
        const x2 = v128.load32_splat(p2 + at)
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(wa, x2))
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(wb, x2))
        const x3 = v128.load32_splat(p3 + at)
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(wa, x3))
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(wb, x3))
      }
      const to = output + <usize>(first * outChannels + channel)
      const step = <usize>outChannels
      const left = outChannels - channel
      requantise(a0, b0, channel, left, rule, to)
      if (count > 1) requantise(a1, b1, channel, left, rule, to + step)
      if (count > 2) requantise(a2, b2, channel, left, rule, to + 2 * step)
      if (count > 3) requantise(a3, b3, channel, left, rule, to + 3 * step)
    }
  }
}

/** int8 to int16, less the zero point. */
function widen(from: usize, to: usize, count: i32, zeroPoint: i32, zero: v128): void {
  let i = 0
  for (; i + 8 <= count; i += 8) {
    v128.store(to + ((<usize>i) << 1), i16x8.sub(v128.load8x8_s(from + <usize>i), zero))
  }
  for (; i < count; i++) {
    store<i16>(to + ((<usize>i) << 1), <i16>(<i32>load<i8>(from + <usize>i) - zeroPoint))
  }
}

/** Eight sums to bytes; `left` of them are channels. */
function requantise(a: v128, b: v128, channel: i32, left: i32, rule: Requantisation, to: usize): void {
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
  one(i32x4.extract_lane(a, 0), channel, rule, to)
  if (left > 1) one(i32x4.extract_lane(a, 1), channel + 1, rule, to + 1)
  if (left > 2) one(i32x4.extract_lane(a, 2), channel + 2, rule, to + 2)
  if (left > 3) one(i32x4.extract_lane(a, 3), channel + 3, rule, to + 3)
  if (left > 4) one(i32x4.extract_lane(b, 0), channel + 4, rule, to + 4)
  if (left > 5) one(i32x4.extract_lane(b, 1), channel + 5, rule, to + 5)
  if (left > 6) one(i32x4.extract_lane(b, 2), channel + 6, rule, to + 6)
  if (left > 7) one(i32x4.extract_lane(b, 3), channel + 7, rule, to + 7)
}

/**
 * ⌊(sum × multiplier + 2^(s−1)) / 2^s⌋ of four channels, every s ≥ 32: the floor of a floor is the floor, so the high
 * half of the product is taken first, and the rest of the shift is an exact float64 product and its floor.
 */
function shifted(sums: v128, channel: i32, rule: Requantisation): v128 {
  const multipliers = v128.load(rule.multipliers + ((<usize>channel) << 2))
  const roundings = rule.roundings + ((<usize>channel) << 3)
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(sums, multipliers), v128.load(roundings))
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(sums, multipliers), v128.load(roundings, 16))
  const tops = v128.shuffle<i32>(low, high, 1, 3, 5, 7)
  const scales = rule.scales + ((<usize>channel) << 3)
  const first = f64x2.floor(f64x2.mul(f64x2.convert_low_i32x4_s(tops), v128.load(scales)))
  const pair = v128.shuffle<i32>(tops, tops, 2, 3, 0, 1)
  const second = f64x2.floor(f64x2.mul(f64x2.convert_low_i32x4_s(pair), v128.load(scales, 16)))
  return v128.shuffle<i32>(
    i32x4.trunc_sat_f64x2_s_zero(first),
    i32x4.trunc_sat_f64x2_s_zero(second),
    0,
    1,
    4,
    5,
  )
}

function one(sum: i32, channel: i32, rule: Requantisation, to: usize): void {
  const multiplier = <i64>load<i32>(rule.multipliers + ((<usize>channel) << 2))
  const rounding = load<i64>(rule.roundings + ((<usize>channel) << 3))
  const s = <i64>load<i32>(rule.shifts + ((<usize>channel) << 2))
  const q = ((<i64>sum * multiplier + rounding) >> s) + <i64>rule.zeroPoint
  store<i8>(to, <i8>max<i64>(min<i64>(q, 127), <i64>rule.lowest))
}

/**
 * Depthwise convolution, multiplier 1: eight channels' sums at a time.
 *
 * @param weights int16 [kernelY, kernelX, channels filled up to whole groups]
 */
export function depthwiseConv2d(
  source: usize,
  output: usize,
  weights: usize,
  biases: usize,
  requantisation: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  inputZeroPoint: i32,
): void {
  const rule = changetype<Requantisation>(requantisation)
  const zero = i16x8.splat(<i16>inputZeroPoint)
  const tapBytes = (<usize>((channels + GROUP - 1) & ~(GROUP - 1))) << 1
  for (let outY = 0; outY < outHeight; outY++) {
    for (let outX = 0; outX < outWidth; outX++) {
      const top = outY * strideY - padTop
      const left = outX * strideX - padLeft
      for (let channel = 0; channel < channels; channel += GROUP) {
        const bias = biases + ((<usize>channel) << 2)
        let a = v128.load(bias)
        let b = v128.load(bias, 16)
        for (let ky = 0, y = top; ky < kernelY; ky++, y += dilationY) {
          if (y < 0 || y >= height) continue
          for (let kx = 0, x = left; kx < kernelX; kx++, x += dilationX) {
            if (x < 0 || x >= width) continue
            const from = source + <usize>((y * width + x) * channels + channel)
            const tap = weights + <usize>(ky * kernelX + kx) * tapBytes + ((<usize>channel) << 1)
            const values = i16x8.sub(v128.load8x8_s(from), zero)
            const factors = v128.load(tap)
            a = i32x4.add(a, i32x4.extmul_low_i16x8_s(values, factors))
            b = i32x4.add(b, i32x4.extmul_high_i16x8_s(values, factors))
          }
        }
        requantise(a, b, channel, channels - channel, rule, output + <usize>channel)
      }
      output += <usize>channels
    }
  }
}

/** Mean of each window, halves up: ⌊(2·sum + n) / 2n⌋. */
export function avgPool2d(
  source: usize,
  output: usize,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
): void {
  const n = kernelY * kernelX
  const row = <usize>(width * channels)
  const step = <usize>channels
  // Sums of up to 64 bytes, doubled, fit int16; a power of two divides by a shift, which is a floor.
  const wide = n <= 64 && popcnt(n) == 1 ? channels & ~(GROUP - 1) : 0
  const places = ctz(n) + 1
  for (let outY = 0; outY < outHeight; outY++) {
    for (let outX = 0; outX < outWidth; outX++) {
      const corner = source + <usize>((outY * strideY * width + outX * strideX) * channels)
      for (let channel = 0; channel < wide; channel += GROUP) {
        let sum = i16x8.splat(0)
        for (let ky = 0; ky < kernelY; ky++) {
          let at = corner + <usize>ky * row + <usize>channel
          for (let kx = 0; kx < kernelX; kx++, at += step) sum = i16x8.add(sum, v128.load8x8_s(at))
        }
        const doubled = i16x8.add(i16x8.shl(sum, 1), i16x8.splat(<i16>n))
        const mean = i16x8.shr_s(doubled, places)
        v128.store64_lane(output + <usize>channel, i8x16.narrow_i16x8_s(mean, mean), 0)
      }
      for (let channel = wide; channel < channels; channel++) {
        let sum = 0
        for (let ky = 0; ky < kernelY; ky++) {
          let at = corner + <usize>ky * row + <usize>channel
          for (let kx = 0; kx < kernelX; kx++, at += step) sum += <i32>load<i8>(at)
        }
        const over = 2 * sum + n
        let mean = over / (2 * n)
        if (over < 0 && mean * 2 * n != over) mean--
        store<i8>(output + <usize>channel, <i8>mean)
      }
      output += step
    }
  }
}

export function maxPool2d(
  source: usize,
  output: usize,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
): void {
  const row = <usize>(width * channels)
  const step = <usize>channels
  const wide = channels & ~15
  for (let outY = 0; outY < outHeight; outY++) {
    for (let outX = 0; outX < outWidth; outX++) {
      const corner = source + <usize>((outY * strideY * width + outX * strideX) * channels)
      for (let channel = 0; channel < wide; channel += 16) {
        let largest = i8x16.splat(-128)
        for (let ky = 0; ky < kernelY; ky++) {
          let at = corner + <usize>ky * row + <usize>channel
          for (let kx = 0; kx < kernelX; kx++, at += step) largest = i8x16.max_s(largest, v128.load(at))
        }
        v128.store(output + <usize>channel, largest)
      }
      for (let channel = wide; channel < channels; channel++) {
        let largest: i32 = -128
        for (let ky = 0; ky < kernelY; ky++) {
          let at = corner + <usize>ky * row + <usize>channel
          for (let kx = 0; kx < kernelX; kx++, at += step) largest = max<i32>(largest, <i32>load<i8>(at))
        }
        store<i8>(output + <usize>channel, <i8>largest)
      }
      output += step
    }
  }
}

/**
 * Mean and standard deviation over the height of each column.
 *
 * @param mean, deviation requantisations of one entry, for S − T·z and for ⌊√((T·Q − S²)·2^16)⌋
 */
export function statsPool(
  source: usize,
  output: usize,
  mean: usize,
  deviation: usize,
  height: i32,
  columns: i32,
  inputZeroPoint: i32,
): void {
  const ofMean = changetype<Requantisation>(mean)
  const ofDeviation = changetype<Requantisation>(deviation)
  for (let column = 0; column < columns; column++) {
    let sum = 0
    let squares = 0
    let at = source + <usize>column
    for (let row = 0; row < height; row++, at += <usize>columns) {
      const q = <i32>load<i8>(at)
      sum += q
      squares += q * q
    }
    one(sum - height * inputZeroPoint, 0, ofMean, output + <usize>column)
    const root = <i32>Math.floor(Math.sqrt(<f64>(height * squares - sum * sum) * 65536))
    one(root, 0, ofDeviation, output + <usize>(columns + column))
  }
}

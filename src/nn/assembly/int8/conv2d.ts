import { GROUP, Requantisation, requantise } from './requantise'

/** Output positions that share each load of weights. */
const POSITIONS = 4

/** int32 each. */
// @ts-ignore: decorator
@unmanaged
class Conv2d {
  /** int16 [groups of 8 channels, runs, pairs of taps, 8 channels, 2], zeros where there is none */
  weights: usize
  /** int32, filled up to whole groups */
  biases: usize
  requantisation: usize
  /** The input as int16 less the zero point, with its padding, which is 0 and stays so. */
  image: usize
  /** Where the input's first value lies in it, in bytes. */
  imageOrigin: usize
  imageRowBytes: usize
  /** Values in a row of the input, and its rows. */
  rowValues: i32
  rows: i32
  /** int32 [nRuns]: where each run of taps that lie side by side begins, in bytes from the patch's corner */
  runs: usize
  nRuns: i32
  /** Of a run, filled up to pairs; what fills them up meets a weight of 0. */
  runBytes: usize
  /** int32 [positions, filled up to whole steps]: corner of each output position's patch, in bytes of the image */
  patches: usize
  positions: i32
  outChannels: i32
  inputZeroPoint: i32
}

/**
 * Convolution, channels last. The input is widened into the image once; then four output positions at a time meet the
 * weights of eight channels at a time, two taps in each multiply-add.
 */
export function conv2d(layer: Conv2d, source: usize, output: usize): void {
  widenInto(layer, source)
  const positions = layer.positions
  let first = 0
  for (; first + 1 < positions; first += POSITIONS) {
    fourPositions(
      layer,
      first,
      min(POSITIONS, positions - first),
      output + <usize>(first * layer.outChannels),
    )
  }
  if (first < positions) onePosition(layer, first, output + <usize>(first * layer.outChannels))
}

function widenInto(layer: Conv2d, source: usize): void {
  const values = layer.rowValues
  const zeroPoint = layer.inputZeroPoint
  const zero = i16x8.splat(<i16>zeroPoint)
  let row = layer.image + layer.imageOrigin
  for (let y = 0; y < layer.rows; y++, row += layer.imageRowBytes, source += <usize>values) {
    let i = 0
    for (; i + 8 <= values; i += 8) {
      v128.store(row + ((<usize>i) << 1), i16x8.sub(v128.load8x8_s(source + <usize>i), zero))
    }
    for (; i < values; i++) {
      store<i16>(row + ((<usize>i) << 1), <i16>(<i32>load<i8>(source + <usize>i) - zeroPoint))
    }
  }
}

/** Corner of a position's patch in the image. */
function patchAt(layer: Conv2d, position: i32): usize {
  return layer.image + <usize>load<i32>(layer.patches + ((<usize>position) << 2))
}

/** @param count 2 to 4 of them exist; what is computed for the others is not written */
function fourPositions(layer: Conv2d, first: i32, count: i32, output: usize): void {
  const rule = changetype<Requantisation>(layer.requantisation)
  const outChannels = layer.outChannels
  const runs = layer.runs
  const runsEnd = runs + ((<usize>layer.nRuns) << 2)
  const runBytes = layer.runBytes
  const p0 = patchAt(layer, first)
  const p1 = patchAt(layer, first + 1)
  const p2 = patchAt(layer, first + 2)
  const p3 = patchAt(layer, first + 3)
  let w = layer.weights
  for (let channel = 0; channel < outChannels; channel += GROUP) {
    const bias = layer.biases + ((<usize>channel) << 2)
    let a0 = v128.load(bias)
    let b0 = v128.load(bias, 16)
    let a1 = a0
    let b1 = b0
    let a2 = a0
    let b2 = b0
    let a3 = a0
    let b3 = b0
    for (let run = runs; run < runsEnd; run += 4) {
      let at = <usize>load<i32>(run)
      const end = at + runBytes
      for (; at < end; at += 4) {
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
    }
    const to = output + <usize>channel
    const step = <usize>outChannels
    const left = outChannels - channel
    requantise(a0, b0, channel, left, rule, to)
    requantise(a1, b1, channel, left, rule, to + step)
    if (count > 2) requantise(a2, b2, channel, left, rule, to + 2 * step)
    if (count > 3) requantise(a3, b3, channel, left, rule, to + 3 * step)
  }
}

/** A layer of one position, and the last of 4n + 1: the other three would be computed for nothing. */
function onePosition(layer: Conv2d, position: i32, output: usize): void {
  const rule = changetype<Requantisation>(layer.requantisation)
  const outChannels = layer.outChannels
  const runs = layer.runs
  const runsEnd = runs + ((<usize>layer.nRuns) << 2)
  const runBytes = layer.runBytes
  const patch = patchAt(layer, position)
  let w = layer.weights
  for (let channel = 0; channel < outChannels; channel += GROUP) {
    const bias = layer.biases + ((<usize>channel) << 2)
    let a = v128.load(bias)
    let b = v128.load(bias, 16)
    for (let run = runs; run < runsEnd; run += 4) {
      let at = <usize>load<i32>(run)
      const end = at + runBytes
      for (; at < end; at += 4) {
        const x = v128.load32_splat(patch + at)
        a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(w), x))
        b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(w, 16), x))
        w += 32
      }
    }
    requantise(a, b, channel, outChannels - channel, rule, output + <usize>channel)
  }
}

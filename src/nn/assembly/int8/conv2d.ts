import { GROUP, Requantisation, requantise } from './requantise'

/** Output positions that share each load of weights. */
const POSITIONS = 4

/** int32 each. */
// @ts-ignore: decorator
@unmanaged
class Conv2d {
  /** int16 [groups of 8 channels, pairs of taps, 8 channels, 2], zeros where there is none */
  weights: usize
  /** int32, filled up to whole groups */
  biases: usize
  requantisation: usize
  /** Room for 4 × int16 [taps, filled up to pairs]; what fills them up meets a weight of 0. */
  patches: usize
  height: i32
  width: i32
  inChannels: i32
  outHeight: i32
  outWidth: i32
  outChannels: i32
  kernelY: i32
  kernelX: i32
  strideY: i32
  strideX: i32
  dilationY: i32
  dilationX: i32
  padTop: i32
  padLeft: i32
  inputZeroPoint: i32
}

/**
 * Convolution, channels last: patches of four output positions at a time, each gathered once as int16 less the zero
 * point, times the weights of eight channels at a time, two taps in each multiply-add.
 */
export function conv2d(layer: Conv2d, source: usize, output: usize): void {
  const outWidth = layer.outWidth
  const pairs = (layer.kernelY * layer.kernelX * layer.inChannels + 1) >> 1
  const patchBytes = (<usize>pairs) << 2
  const positions = layer.outHeight * outWidth
  for (let first = 0; first < positions; first += POSITIONS) {
    const count = min(POSITIONS, positions - first)
    for (let n = 0; n < count; n++) {
      const y = (first + n) / outWidth
      const x = (first + n) % outWidth
      const top = y * layer.strideY - layer.padTop
      const left = x * layer.strideX - layer.padLeft
      gather(layer, source, top, left, layer.patches + <usize>n * patchBytes)
    }
    const to = output + <usize>(first * layer.outChannels)
    if (count == 1) onePosition(layer, patchBytes, to)
    else positionsOf(layer, patchBytes, count, to)
  }
}

/** The inputs under the kernel at one position; what lies outside is the zero point. */
function gather(layer: Conv2d, source: usize, top: i32, left: i32, to: usize): void {
  const height = layer.height
  const width = layer.width
  const channels = layer.inChannels
  const kernelX = layer.kernelX
  const dilationX = layer.dilationX
  const isRun = dilationX == 1 && left >= 0 && left + kernelX <= width
  const tapBytes = (<usize>channels) << 1
  const rowBytes = <usize>kernelX * tapBytes
  const zero = i16x8.splat(<i16>layer.inputZeroPoint)
  for (let ky = 0, y = top; ky < layer.kernelY; ky++, y += layer.dilationY, to += rowBytes) {
    const row = source + <usize>(y * width * channels)
    if (y < 0 || y >= height) {
      memory.fill(to, 0, rowBytes)
    } else if (isRun) {
      widen(row + <usize>(left * channels), to, kernelX * channels, zero)
    } else {
      for (let kx = 0, x = left; kx < kernelX; kx++, x += dilationX) {
        const tap = to + <usize>kx * tapBytes
        if (x < 0 || x >= width) memory.fill(tap, 0, tapBytes)
        else widen(row + <usize>(x * channels), tap, channels, zero)
      }
    }
  }
}

/** int8 to int16, less the zero point. What is written past the end is written again by the next, or read by none. */
function widen(from: usize, to: usize, count: i32, zero: v128): void {
  for (let i: usize = 0; i < <usize>count; i += 8) {
    v128.store(to + (i << 1), i16x8.sub(v128.load8x8_s(from + i), zero))
  }
}

function positionsOf(layer: Conv2d, patchBytes: usize, count: i32, output: usize): void {
  const rule = changetype<Requantisation>(layer.requantisation)
  const outChannels = layer.outChannels
  const p0 = layer.patches
  const p1 = p0 + patchBytes
  const p2 = p1 + patchBytes
  const p3 = p2 + patchBytes
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
function onePosition(layer: Conv2d, patchBytes: usize, output: usize): void {
  const rule = changetype<Requantisation>(layer.requantisation)
  const outChannels = layer.outChannels
  const patch = layer.patches
  let w = layer.weights
  for (let channel = 0; channel < outChannels; channel += GROUP) {
    const bias = layer.biases + ((<usize>channel) << 2)
    let a = v128.load(bias)
    let b = v128.load(bias, 16)
    for (let at: usize = 0; at < patchBytes; at += 4) {
      const x = v128.load32_splat(patch + at)
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(w), x))
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(w, 16), x))
      w += 32
    }
    requantise(a, b, channel, outChannels - channel, rule, output + <usize>channel)
  }
}

import { GROUP, Requantisation, requantise } from './requantise'

/** int32 each. */
// @ts-ignore: decorator
@unmanaged
class DepthwiseConv2d {
  /** int16 [kernelY, kernelX, channels filled up to whole groups] */
  weights: usize
  /** int32, filled up to whole groups */
  biases: usize
  requantisation: usize
  height: i32
  width: i32
  channels: i32
  outHeight: i32
  outWidth: i32
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

/** Depthwise convolution, multiplier 1: eight channels' sums at a time. */
export function depthwiseConv2d(layer: DepthwiseConv2d, source: usize, output: usize): void {
  const rule = changetype<Requantisation>(layer.requantisation)
  const height = layer.height
  const width = layer.width
  const channels = layer.channels
  const kernelY = layer.kernelY
  const kernelX = layer.kernelX
  const dilationY = layer.dilationY
  const dilationX = layer.dilationX
  const weights = layer.weights
  const zero = i16x8.splat(<i16>layer.inputZeroPoint)
  const tapBytes = (<usize>((channels + GROUP - 1) & ~(GROUP - 1))) << 1
  for (let outY = 0; outY < layer.outHeight; outY++) {
    for (let outX = 0; outX < layer.outWidth; outX++) {
      const top = outY * layer.strideY - layer.padTop
      const left = outX * layer.strideX - layer.padLeft
      for (let channel = 0; channel < channels; channel += GROUP) {
        const bias = layer.biases + ((<usize>channel) << 2)
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

import type { Kernel, LayerConstants, TensorType } from '../kernel.js'
import type { DepthwiseConv2dLayer } from '../manifest.js'
import { channelMultipliers, requantize } from '../requantize.js'
import { convolutionAxis } from '../shapes.js'

/** Depthwise 2-D convolution, multiplier 1: a row of accumulators, one a channel, that each tap in range adds to. */
export function createDepthwiseConv2d(
  layer: DepthwiseConv2dLayer,
  input: TensorType,
  { weights, biases }: LayerConstants,
): Kernel {
  const [height, width, channels] = input.shape as [number, number, number]
  const [outHeight, outWidth] = layer.output_shape as [number, number, number]
  const [kernelY, kernelX] = layer.kernel
  const [strideY, strideX] = layer.stride
  const [dilationY, dilationX] = layer.dilation
  const padTop = convolutionAxis(height, kernelY, strideY, dilationY, layer.padding).padBefore
  const padLeft = convolutionAxis(width, kernelX, strideX, dilationX, layer.padding).padBefore
  const inputZeroPoint = input.zero_point
  const { scale, zero_point: zeroPoint } = layer.output
  const { multipliers, shifts } = channelMultipliers(input.scale, layer.weights.scales, scale)
  const lowest = layer.activation === 'relu' ? zeroPoint : -128
  // |acc| ≤ |bias| + 255·Σ|w|, which the reader keeps under 2^31, so int32 cannot overflow.
  const accumulators = new Int32Array(channels)

  function accumulate(source: Int8Array, top: number, left: number): void {
    accumulators.set(biases)
    for (let ky = 0, y = top; ky < kernelY; ky++, y += dilationY) {
      if (y < 0 || y >= height) continue
      for (let kx = 0, x = left; kx < kernelX; kx++, x += dilationX) {
        if (x < 0 || x >= width) continue
        const from = (y * width + x) * channels
        const tap = (ky * kernelX + kx) * channels
        for (let channel = 0; channel < channels; channel++) {
          accumulators[channel]! += Math.imul(
            weights[tap + channel]!,
            source[from + channel]! - inputZeroPoint,
          )
        }
      }
    }
  }

  return (source, output) => {
    let offset = 0
    for (let outY = 0, top = -padTop; outY < outHeight; outY++, top += strideY) {
      for (let outX = 0, left = -padLeft; outX < outWidth; outX++, left += strideX) {
        accumulate(source, top, left)
        for (let channel = 0; channel < channels; channel++) {
          const q = requantize(accumulators[channel]!, multipliers[channel]!, shifts[channel]!) + zeroPoint
          output[offset++] = q < lowest ? lowest : q > 127 ? 127 : q
        }
      }
    }
  }
}

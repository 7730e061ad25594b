import type { Kernel, TensorType } from '../kernel.js'
import type { Pool2dLayer } from '../manifest.js'

/**
 * Mean of each window and channel, rounded half up: floor((2·sum + n) / 2n). (TFLite rounds halves away from zero;
 * up is the rule of `requantize`, so that one rule holds everywhere.)
 */
export function createAvgPool2d(layer: Pool2dLayer, input: TensorType): Kernel {
  const [, width, channels] = input.shape as [number, number, number]
  const [outHeight, outWidth] = layer.output_shape as [number, number, number]
  const [kernelY, kernelX] = layer.kernel
  const [strideY, strideX] = layer.stride
  const count = kernelY * kernelX

  return (source, output) => {
    let offset = 0
    for (let outY = 0; outY < outHeight; outY++) {
      for (let outX = 0; outX < outWidth; outX++) {
        const corner = (outY * strideY * width + outX * strideX) * channels
        for (let channel = 0; channel < channels; channel++) {
          // |sum| ≤ 128·n and the reader bounds n at 2^16: under 2^24 when doubled.
          let sum = 0
          for (let ky = 0; ky < kernelY; ky++) {
            let at = corner + ky * width * channels + channel
            for (let kx = 0; kx < kernelX; kx++, at += channels) sum += source[at]!
          }
          output[offset++] = Math.floor((2 * sum + count) / (2 * count))
        }
      }
    }
  }
}

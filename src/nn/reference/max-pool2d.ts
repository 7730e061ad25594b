import type { Kernel, TensorType } from '../kernel.js'
import type { Pool2dLayer } from '../manifest.js'

/** Largest value of each window and channel. No accumulator: the values stay int8. */
export function createMaxPool2d(layer: Pool2dLayer, input: TensorType): Kernel {
  const [, width, channels] = input.shape as [number, number, number]
  const [outHeight, outWidth] = layer.output_shape as [number, number, number]
  const [kernelY, kernelX] = layer.kernel
  const [strideY, strideX] = layer.stride

  return (source, output) => {
    let offset = 0
    for (let outY = 0; outY < outHeight; outY++) {
      for (let outX = 0; outX < outWidth; outX++) {
        const corner = (outY * strideY * width + outX * strideX) * channels
        for (let channel = 0; channel < channels; channel++) {
          let largest = -128
          for (let ky = 0; ky < kernelY; ky++) {
            let at = corner + ky * width * channels + channel
            for (let kx = 0; kx < kernelX; kx++, at += channels) {
              if (source[at]! > largest) largest = source[at]!
            }
          }
          output[offset++] = largest
        }
      }
    }
  }
}

import type { Kernel, LayerConstants, TensorType } from '../kernel.js'
import type { Conv2dLayer } from '../manifest.js'
import { convolutionAxis } from '../shapes.js'
import { createChannelDots } from './dot-channels.js'

/**
 * 2-D convolution, channels last. Each output position gathers its patch [kernelHeight, kernelWidth, inChannels]
 * once, less the input's zero point, so that padding is plain zero; then every channel is a dot product with it.
 */
export function createConv2d(layer: Conv2dLayer, input: TensorType, constants: LayerConstants): Kernel {
  const [height, width, inChannels] = input.shape as [number, number, number]
  const [outHeight, outWidth, outChannels] = layer.output_shape as [number, number, number]
  const [kernelY, kernelX] = layer.kernel
  const [strideY, strideX] = layer.stride
  const [dilationY, dilationX] = layer.dilation
  const padTop = convolutionAxis(height, kernelY, strideY, dilationY, layer.padding).padBefore
  const padLeft = convolutionAxis(width, kernelX, strideX, dilationX, layer.padding).padBefore
  const zeroPoint = input.zero_point
  const patch = new Int16Array(kernelY * kernelX * inChannels)
  const dots = createChannelDots(constants, layer.weights.scales, input.scale, layer.output, layer.activation)

  function gather(source: Int8Array, top: number, left: number): void {
    let at = 0
    for (let ky = 0, y = top; ky < kernelY; ky++, y += dilationY) {
      for (let kx = 0, x = left; kx < kernelX; kx++, x += dilationX) {
        if (y < 0 || y >= height || x < 0 || x >= width) {
          patch.fill(0, at, at + inChannels)
          at += inChannels
          continue
        }
        const from = (y * width + x) * inChannels
        for (let channel = 0; channel < inChannels; channel++) {
          patch[at++] = source[from + channel]! - zeroPoint
        }
      }
    }
  }

  return (source, output) => {
    let offset = 0
    for (let outY = 0, top = -padTop; outY < outHeight; outY++, top += strideY) {
      for (let outX = 0, left = -padLeft; outX < outWidth; outX++, left += strideX) {
        gather(source, top, left)
        dots(patch, output, offset)
        offset += outChannels
      }
    }
  }
}

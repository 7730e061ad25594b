import type { Kernel, LayerConstants, TensorType } from '../kernel.js'
import type { DenseLayer } from '../manifest.js'
import { elementCount } from '../shapes.js'
import { createChannelDots } from './dot-channels.js'

/** Fully connected: the flattened input, less its zero point, is the one patch of all units. */
export function createDense(layer: DenseLayer, input: TensorType, constants: LayerConstants): Kernel {
  const patch = new Int16Array(elementCount(input.shape))
  const zeroPoint = input.zero_point
  const dots = createChannelDots(constants, layer.weights.scales, input.scale, layer.output, layer.activation)

  return (source, output) => {
    for (let i = 0; i < patch.length; i++) patch[i] = source[i]! - zeroPoint
    dots(patch, output, 0)
  }
}

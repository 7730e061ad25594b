import type { Kernel, TensorType } from '../kernel.js'
import { layerConstants } from '../layer-constants.js'
import type { Layer } from '../manifest.js'
import { createAvgPool2d } from './avg-pool2d.js'
import { createConv2d } from './conv2d.js'
import { createDense } from './dense.js'
import { createDepthwiseConv2d } from './depthwise-conv2d.js'
import { createMaxPool2d } from './max-pool2d.js'
import { createStatsPool } from './stats-pool.js'

/**
 * The plain TypeScript form of a layer: what every faster form must agree with, byte for byte.
 *
 * @param weights all of weights.bin; the layer's part of it is checked to lie inside
 */
export function createReferenceKernel(layer: Layer, input: TensorType, weights: Uint8Array): Kernel {
  switch (layer.op) {
    case 'conv2d':
      return createConv2d(layer, input, layerConstants(layer.weights, weights))
    case 'depthwise_conv2d':
      return createDepthwiseConv2d(layer, input, layerConstants(layer.weights, weights))
    case 'dense':
      return createDense(layer, input, layerConstants(layer.weights, weights))
    case 'max_pool2d':
      return createMaxPool2d(layer, input)
    case 'avg_pool2d':
      return createAvgPool2d(layer, input)
    case 'stats_pool':
      return createStatsPool(layer, input)
    case 'reshape':
      return (source, output) => output.set(source)
  }
}

import { ModelError } from '../errors.js'
import { layerConstants } from './layer-constants.js'
import type { Layer, ModelManifest } from './manifest.js'
import { outputChannels } from './shapes.js'

/** Largest |input − zero point|. */
const MAX_INPUT = 255
const INT32_MAX = 2 ** 31 - 1

/**
 * What the arithmetic relies on: no weight is −128, which symmetric quantisation doesn't give, and for every channel
 * |bias| + 255·Σ|w| < 2^31, so that no order of summation overflows.
 *
 * @param manifest checked
 * @throws {ModelError} MODEL_WEIGHTS
 */
export function checkWeights({ layers }: Pick<ModelManifest, 'layers'>, weights: Uint8Array): void {
  for (const layer of layers) {
    if ('weights' in layer) checkLayer(layer, weights)
  }
}

function checkLayer(layer: Extract<Layer, { weights: unknown }>, file: Uint8Array): void {
  const { weights, biases } = layerConstants(layer.weights, file)
  const channels = outputChannels(layer)
  const magnitudes = new Float64Array(channels)
  // A depthwise layer's channels lie innermost, those of the others outermost.
  const isInnermost = layer.op === 'depthwise_conv2d'
  const taps = weights.length / channels
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === -128) refuse(layer, `weight ${i} is -128, allowed: -127 to 127`)
    magnitudes[isInnermost ? i % channels : Math.floor(i / taps)]! += Math.abs(weights[i]!)
  }
  biases.forEach((bias, channel) => {
    const largest = Math.abs(bias) + MAX_INPUT * magnitudes[channel]!
    if (largest > INT32_MAX) refuse(layer, `channel ${channel} can sum to ${largest}, allowed: ${INT32_MAX}`)
  })
}

function refuse(layer: Layer, what: string): never {
  throw new ModelError('MODEL_WEIGHTS', `layer ${layer.name} (${layer.op}): ${what}; export the model again`)
}

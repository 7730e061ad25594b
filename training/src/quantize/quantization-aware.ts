import type { Quantization } from '../../../src/nn/manifest.js'
import type { Architecture } from '../architectures/architecture.js'
import { BATCH_NORM_EPSILON } from '../layers/batch-norm.js'
import type { ParameterArray } from '../train/parameters.js'
import { activationQuantization } from './quantize-tensor.js'
import { observeRanges } from './quantize-network.js'

/** int8 quantisation of what goes into a network and comes out of its layers, by the layer's name; `input` first. */
export type ActivationQuantizations = ReadonlyMap<string, Quantization>

/**
 * Folds each convolution's batch normalisation into its filter, in place, and leaves a normalisation that does
 * nothing: what is trained from here on is what is quantised.
 */
export function foldInPlace(architecture: Architecture, parameters: Map<string, ParameterArray>): void {
  for (const layer of architecture.layers) {
    if (layer.op !== 'conv2d') continue
    const values = (part: string): Float32Array =>
      (parameters.get(`${layer.name}/${part}`) as ParameterArray).values
    const [filter, gamma, beta, mean, variance] = ['filter', 'gamma', 'beta', 'mean', 'variance'].map(
      values,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array]
    const scales = gamma.map((g, c) => g / Math.sqrt((variance[c] as number) + BATCH_NORM_EPSILON))
    filter.forEach((w, i) => (filter[i] = w * (scales[i % scales.length] as number)))
    scales.forEach((scale, c) => {
      beta[c] = (beta[c] as number) - (mean[c] as number) * scale
    })
    gamma.fill(1)
    mean.fill(0)
    variance.fill(1 - BATCH_NORM_EPSILON)
  }
}

/**
 * The quantisation that each activation will have, from its range over training inputs.
 *
 * @param inputs what the network's layers see, each [frames × coefficients]
 */
export function activationQuantizations(
  architecture: Architecture,
  parameters: Map<string, ParameterArray>,
  inputShape: readonly [number, number, number],
  inputs: readonly Float32Array[],
  droppedShare: number,
): ActivationQuantizations {
  const ranges = observeRanges(architecture, parameters, inputShape, inputs)
  return new Map(
    [...ranges].map(([name, observer]) => [name, activationQuantization(observer.range(droppedShare))]),
  )
}

import * as tf from '@tensorflow/tfjs'
import type { Quantization } from '../../../src/nn/manifest.js'
import type { LayerSource } from '../../../src/nn/pack-layers.js'
import type { Architecture } from '../architectures/architecture.js'
import { BANDS_LAYER, bandImageInto, filterOf } from '../dataset/band-image.js'
import { forward } from '../train/forward.js'
import type { Parameters } from '../train/parameters.js'
import { weightTensors } from '../train/parameters.js'
import { RangeObserver } from './activation-range.js'
import { foldBatchNorm, type FoldedLayer } from './folded-network.js'
import { activationQuantization, quantizeWeights } from './quantize-tensor.js'

/** Share of an activation's values that may saturate at either end. */
export const DROPPED_SHARE = 1e-5

export interface QuantizedNetwork {
  readonly input: { readonly shape: readonly [number, number, number] } & Quantization
  readonly layers: LayerSource[]
}

/**
 * Post-training int8 quantisation after the TFLite int8 specification: batch norm folded, symmetric weights per
 * output channel, asymmetric activations whose ranges are observed on calibration inputs (training data, never test).
 *
 * @param inputs normalised MFCC matrices, each [frames × coefficients]
 */
export function quantizeNetwork(
  architecture: Architecture,
  parameters: Parameters,
  inputShape: readonly [number, number, number],
  inputs: readonly Float32Array[],
): QuantizedNetwork {
  const takesBands = architecture.input === 'bands'
  const [frames, width, channels] = inputShape
  const images = takesBands ? inputs.map((input) => imageOf(input, parameters, width)) : inputs
  const ranges = observeRanges(architecture, parameters, inputShape, images)
  if (takesBands) {
    ranges.set(BANDS_LAYER, ranges.get('input') as RangeObserver)
    ranges.set('input', observed(inputs))
  }
  const quantizationOf = (name: string): Quantization => {
    const observer = ranges.get(name)
    if (!observer) throw new Error(`no range was observed for ${name}`)
    return activationQuantization(observer.range(DROPPED_SHARE))
  }
  const input = quantizationOf('input')
  let current = input
  const prefix: LayerSource[] = []
  if (takesBands) {
    current = quantizationOf(BANDS_LAYER)
    prefix.push(...bandLayers(parameters, input, current, inputShape))
  }
  const layers = foldBatchNorm(architecture, parameters).map((folded): LayerSource => {
    const source = quantizeLayer(folded, current, quantizationOf)
    current = source.output
    return source
  })
  const shape = takesBands ? ([frames, channels, width] as const) : inputShape
  return { input: { shape, ...input }, layers: [...prefix, ...layers] }
}

/** The fixed layer from coefficients, which lie as channels, to bands, and from there to an image of one channel. */
function bandLayers(
  parameters: Parameters,
  input: Quantization,
  output: Quantization,
  [frames, bands]: readonly [number, number, number],
): LayerSource[] {
  const filter = filterOf(parameters)
  const coefficients = filter.length / bands
  const weights = Float32Array.from(
    { length: filter.length },
    (_, i) => filter[(i % coefficients) * bands + Math.floor(i / coefficients)] as number,
  )
  const { values, scales, bias } = quantizeWeights(weights, new Float32Array(bands), input.scale)
  return [
    {
      op: 'conv2d',
      name: BANDS_LAYER,
      kernel: [1, 1],
      stride: [1, 1],
      dilation: [1, 1],
      padding: 'valid',
      activation: 'none',
      output,
      weights: { values, shape: [bands, 1, 1, coefficients], scales, biases: bias },
    },
    { op: 'reshape', name: 'image', shape: [frames, bands, 1], output },
  ]
}

function imageOf(matrix: Float32Array, parameters: Parameters, coefficients: number): Float32Array {
  const image = new Float32Array(matrix.length)
  bandImageInto(matrix, filterOf(parameters), coefficients, image)
  return image
}

function observed(inputs: readonly Float32Array[]): RangeObserver {
  const observer = new RangeObserver()
  for (const input of inputs) observer.observe(input)
  return observer
}

function quantizeLayer(
  folded: FoldedLayer,
  input: Quantization,
  quantizationOf: (name: string) => Quantization,
): LayerSource {
  const { spec } = folded
  switch (spec.op) {
    case 'conv2d':
      return {
        op: 'conv2d',
        name: spec.name,
        kernel: spec.kernel,
        stride: [1, 1],
        dilation: spec.dilation ?? [1, 1],
        padding: spec.padding,
        activation: spec.activation ?? 'relu',
        output: quantizationOf(spec.name),
        weights: weightsOf(folded, input),
      }
    case 'avg_pool2d':
      return { op: 'avg_pool2d', name: spec.name, kernel: spec.kernel, stride: spec.kernel, output: input }
    case 'stats_pool':
      return { op: 'stats_pool', name: spec.name, output: quantizationOf(spec.name) }
    case 'dense':
      return {
        op: 'dense',
        name: spec.name,
        activation: 'none',
        output: quantizationOf(spec.name),
        weights: weightsOf(folded, input),
      }
    case 'dropout':
    case 'lstm':
    case 'gru':
    case 'batch_norm':
      throw new Error(`${spec.op} has no quantised form`)
  }
}

function weightsOf(folded: FoldedLayer, input: Quantization) {
  const { weights, weightsShape, bias } = folded
  if (!weights || !weightsShape || !bias) throw new Error(`layer ${folded.spec.name} has no weights`)
  const quantized = quantizeWeights(weights, bias, input.scale)
  return { values: quantized.values, shape: weightsShape, scales: quantized.scales, biases: quantized.bias }
}

/** Ranges of the input and of each layer's output. */
export function observeRanges(
  architecture: Architecture,
  parameters: Parameters,
  [frames, coefficients, channels]: readonly [number, number, number],
  inputs: readonly Float32Array[],
): Map<string, RangeObserver> {
  const ranges = new Map<string, RangeObserver>([['input', new RangeObserver()]])
  for (const layer of architecture.layers) ranges.set(layer.name, new RangeObserver())
  const batchSize = 32
  for (let start = 0; start < inputs.length; start += batchSize) {
    tf.tidy(() => {
      const chosen = inputs.slice(start, start + batchSize)
      for (const input of chosen) ranges.get('input')?.observe(input)
      const x = tf.stack(
        chosen.map((input) => tf.tensor3d(input, [frames, coefficients, channels])),
      ) as tf.Tensor4D
      forward(architecture, weightTensors(parameters), x, {
        kind: 'inference',
        observe: (layer, output) => ranges.get(layer)?.observe(output.dataSync()),
      })
    })
  }
  return ranges
}

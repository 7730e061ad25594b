import * as tf from '@tensorflow/tfjs'
import { laidOut, membersOf, type Architecture } from '../architectures/architecture.js'
import { layerShapes, type LayerShape, type ShapedLayer } from '../architectures/layer-shapes.js'
import { BANDS_LAYER } from '../dataset/band-image.js'
import type { Random } from '../random.js'

/** One trainable or running array of the network. */
export interface ParameterArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
  /** Weight decay applies to filters only, not to biases and normalisation. */
  readonly decays: boolean
  /** False for the running statistics of batch normalisation. */
  readonly isTrained: boolean
}

export type Parameters = ReadonlyMap<string, ParameterArray>

/**
 * Variance of an initial weight × its inputs. Normalisation follows every convolution, so its filter's size changes
 * nothing but how far a step of the optimiser turns it: starting six times smaller than He's 2 turns it further.
 */
const SMALL = 1 / 3

/**
 * Random parameters of a network.
 *
 * Names: `<layer>/filter`, `<layer>/gamma|beta|mean|variance` for convolutions, `<layer>/kernel|bias` for dense ones,
 * `<layer>/kernel|recurrent|bias` for recurrent ones; of an ensemble's member, with its number before. Filters are
 * [height, width, in / groups, out], kernels [in, out].
 *
 * @param inputShape as `inputShapeOf` says
 * @throws {ConfigError} `TRAINING_BAD_ARCHITECTURE`
 */
export function initialParameters(
  architecture: Architecture,
  inputShape: LayerShape,
  random: Random,
): Map<string, ParameterArray> {
  const parameters = new Map<string, ParameterArray>()
  if (architecture.input === 'bands') {
    // Filled in from the training side's features; see `bandFilter`.
    const size = inputShape[1]
    const name = `${BANDS_LAYER}/filter`
    const values = new Float32Array(size * size)
    parameters.set(name, { name, shape: [1, 1, size, size], values, decays: false, isTrained: false })
  }
  for (const { prefix, network } of membersOf(architecture)) {
    for (const shaped of layerShapes(network, laidOut(network, inputShape))) {
      for (const { part, shape, fill, decays = false, isTrained = true } of initialParts(shaped, random)) {
        const name = `${prefix}${shaped.layer.name}/${part}`
        const size = shape.reduce((product, n) => product * n, 1)
        const values = Float32Array.from({ length: size }, fill)
        parameters.set(name, { name, shape, values, decays, isTrained })
      }
    }
  }
  return parameters
}

interface InitialPart {
  readonly part: string
  readonly shape: readonly number[]
  readonly fill: () => number
  readonly decays?: boolean
  readonly isTrained?: boolean
}

const zero = (): number => 0
const one = (): number => 1

function initialParts({ layer, input }: ShapedLayer, random: Random): InitialPart[] {
  const [height, width, channels] = input
  const normal = (variance: number) => () => random.normal() * Math.sqrt(variance)
  switch (layer.op) {
    case 'conv2d': {
      const [kh, kw] = layer.kernel
      const taps = (kh * kw * channels) / (layer.groups ?? 1)
      const shape = [kh, kw, channels / (layer.groups ?? 1), layer.channels]
      return [
        { part: 'filter', shape, fill: normal(SMALL / taps), decays: true },
        ...normalisationParts(layer.channels),
      ]
    }
    case 'batch_norm':
      return normalisationParts(channels)
    case 'lstm':
    case 'gru': {
      const inputs = width * channels
      const gateUnits = (layer.op === 'lstm' ? 4 : 3) * layer.units
      return [
        { part: 'kernel', shape: [inputs, gateUnits], fill: normal(1 / inputs), decays: true },
        { part: 'recurrent', shape: [layer.units, gateUnits], fill: normal(1 / layer.units), decays: true },
        { part: 'bias', shape: [gateUnits], fill: zero },
      ]
    }
    case 'dense': {
      const inputs = height * width * channels
      return [
        { part: 'kernel', shape: [inputs, layer.units], fill: normal(SMALL / inputs), decays: true },
        { part: 'bias', shape: [layer.units], fill: zero },
      ]
    }
    case 'avg_pool2d':
    case 'stats_pool':
    case 'dropout':
      return []
  }
}

function normalisationParts(channels: number): InitialPart[] {
  return [
    { part: 'gamma', shape: [channels], fill: one },
    { part: 'beta', shape: [channels], fill: zero },
    { part: 'mean', shape: [channels], fill: zero, isTrained: false },
    { part: 'variance', shape: [channels], fill: one, isTrained: false },
  ]
}

/** Copies parameters into tensors; the caller is inside a `tf.tidy` or disposes of them. */
export function weightTensors(parameters: Parameters): Readonly<Record<string, tf.Tensor>> {
  return Object.fromEntries([...parameters.values()].map((p) => [p.name, tf.tensor(p.values, [...p.shape])]))
}

import * as tf from '@tensorflow/tfjs'
import {
  laidOut,
  membersOf,
  type Architecture,
  type ConvSpec,
  type LayerSpec,
} from '../architectures/architecture.js'
import { BATCH_NORM_EPSILON, batchNorm, type BatchStatistics } from '../layers/batch-norm.js'
import type { Quantization } from '../../../src/nn/manifest.js'
import { convLayer, groupedConvolve, quantizedConvLayer } from '../layers/conv-layer.js'
import { dense, dropout } from '../layers/dense.js'
import type { LayerPass, LayerWeights } from '../layers/layer.js'
import { averagePool, statisticsPool } from '../layers/pooling.js'
import { GRU, LSTM } from '../layers/recurrent-cells.js'
import { recurrent } from '../layers/recurrent.js'
import { fakeQuantizeActivation, fakeQuantizeWeights } from '../quantize/fake-quantize.js'
import type { ActivationQuantizations } from '../quantize/quantization-aware.js'
import type { Random } from '../random.js'

/** Named tensors of a network's parameters. */
export type Weights = Readonly<Record<string, tf.Tensor>>

/** Running statistics, no dropout. `observe` sees each layer's output, for the calibration of the quantiser. */
export interface InferenceMode {
  readonly kind: 'inference'
  readonly observe?: (layer: string, output: tf.Tensor) => void
}

/**
 * Logits of a batch; of an ensemble, the mean of its members' log-probabilities.
 *
 * @param x [batch, …inputShapeOf(architecture)]; an ensemble's members may see it in their own layout
 * @returns [batch, labels]
 */
export function forward(
  architecture: Architecture,
  weights: Weights,
  x: tf.Tensor4D,
  mode: InferenceMode,
): tf.Tensor2D {
  const votes = membersOf(architecture).map(({ prefix, network }) => {
    let value: tf.Tensor = inLayout(network, x)
    for (const layer of network.layers) {
      value = inferLayer(layer, value, weightsOf(weights, prefix, layer))
      mode.observe?.(`${prefix}${layer.name}`, value)
    }
    return value as tf.Tensor2D
  })
  if (votes.length === 1) return votes[0] as tf.Tensor2D
  return tf.div(tf.addN(votes.map((vote) => tf.logSoftmax(vote))), votes.length)
}

/** A layer's forward pass in training; normalisations also tell their batch's statistics. */
export type TrainingPass = LayerPass & { readonly name: string; readonly statistics?: BatchStatistics }

/** How a training pass goes beside the plain way. */
export interface TrainingMode {
  readonly random: Random
  /** Layers at the start that are not trained: they run as they would at inference. */
  readonly frozenLayers?: number
  /** Train for int8: weights and activations are rounded as it will round them. Normalisations are folded in. */
  readonly quantizations?: ActivationQuantizations | null
}

/**
 * The chain of passes of a batch through one network's trained layers; the last one's output is the logits.
 *
 * @param prefix what the network's parameters begin with
 */
export function forwardTraining(
  network: Architecture,
  prefix: string,
  weights: Weights,
  x: tf.Tensor4D,
  { random, frozenLayers = 0, quantizations = null }: TrainingMode,
): TrainingPass[] {
  let value: tf.Tensor = inLayout(network, x)
  if (quantizations) value = fakeQuantizeActivation(value, quantizationOf(quantizations, 'input')).output
  let current = 'input'
  const passes: TrainingPass[] = []
  network.layers.forEach((layer, n) => {
    const own = weightsOf(weights, prefix, layer)
    if (n < frozenLayers && !quantizations) {
      value = inferLayer(layer, value, own)
      return
    }
    const name = `${prefix}${layer.name}`
    const pass = quantizations
      ? quantizedPass(layer, value, own, random)
      : trainingPass(layer, value, own, random)
    value = pass.output
    passes.push({ ...pass, name })
    if (!quantizations || layer.op === 'dropout') return
    // A pool's output keeps the quantisation of its input.
    if (layer.op !== 'avg_pool2d') current = name
    const rounded = fakeQuantizeActivation(value, quantizationOf(quantizations, current))
    value = rounded.output
    passes.push({ ...rounded, name: `${name}/rounded` })
  })
  return passes
}

function quantizationOf(quantizations: ActivationQuantizations, name: string): Quantization {
  const quantization = quantizations.get(name)
  if (!quantization) throw new Error(`no quantisation is known of ${name}`)
  return quantization
}

function quantizedPass(layer: LayerSpec, x: tf.Tensor, weights: LayerWeights, random: Random): LayerPass {
  switch (layer.op) {
    case 'conv2d':
      return quantizedConvLayer(x, layer, weights)
    case 'dense':
      return dense(x, (part) => (part === 'kernel' ? fakeQuantizeWeights(weights(part)) : weights(part)))
    default:
      return trainingPass(layer, x, weights, random)
  }
}

/** The batch in the network's layout: the same values under another shape. */
function inLayout(network: Architecture, x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape
  return tf.reshape(x, [batch, ...laidOut(network, [height, width, channels])])
}

function trainingPass(layer: LayerSpec, x: tf.Tensor, weights: LayerWeights, random: Random): LayerPass {
  switch (layer.op) {
    case 'conv2d':
      return convLayer(x, layer, weights)
    case 'batch_norm':
      return batchNorm(x, weights, 'none')
    case 'avg_pool2d':
      return averagePool(x, layer.kernel)
    case 'stats_pool':
      return statisticsPool(x)
    case 'lstm':
      return recurrent(x, LSTM, weights)
    case 'gru':
      return recurrent(x, GRU, weights)
    case 'dropout':
      return dropout(x, layer.rate, random)
    case 'dense':
      return dense(x, weights)
  }
}

function inferLayer(layer: LayerSpec, x: tf.Tensor, weights: LayerWeights): tf.Tensor {
  switch (layer.op) {
    case 'conv2d':
      return inferConv(layer, x as tf.Tensor4D, weights)
    case 'batch_norm': {
      const { scale, shift } = runningNormalisation(weights)
      return tf.add(tf.mul(x, scale), shift)
    }
    case 'avg_pool2d':
      return averagePool(x, layer.kernel).output
    case 'stats_pool':
      return statisticsPool(x).output
    case 'lstm':
      return recurrent(x, LSTM, weights).output
    case 'gru':
      return recurrent(x, GRU, weights).output
    case 'dropout':
      return x
    case 'dense':
      return dense(x, weights).output
  }
}

function inferConv(layer: ConvSpec, x: tf.Tensor4D, weights: LayerWeights): tf.Tensor {
  const { scale, shift } = runningNormalisation(weights)
  const filter = tf.mul(weights('filter'), scale) as tf.Tensor4D
  const geometry = { dilation: layer.dilation ?? ([1, 1] as const), padding: layer.padding }
  const shifted = tf.add(groupedConvolve(x, filter, layer.groups ?? 1, geometry).output, shift)
  return (layer.activation ?? 'relu') === 'relu' ? tf.relu(shifted) : shifted
}

function runningNormalisation(weights: LayerWeights): { scale: tf.Tensor; shift: tf.Tensor } {
  const scale = tf.mul(weights('gamma'), tf.rsqrt(tf.add(weights('variance'), BATCH_NORM_EPSILON)))
  return { scale, shift: tf.sub(weights('beta'), tf.mul(weights('mean'), scale)) }
}

function weightsOf(weights: Weights, prefix: string, layer: LayerSpec): LayerWeights {
  return (part) => weights[`${prefix}${layer.name}/${part}`] as tf.Tensor
}

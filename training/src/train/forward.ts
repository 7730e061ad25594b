import * as tf from '@tensorflow/tfjs'
import type { Architecture, ConvSpec, LayerSpec } from '../architectures/architecture.js'
import { BATCH_NORM_EPSILON, type BatchStatistics } from '../layers/batch-norm.js'
import { convLayer, groupedConvolve } from '../layers/conv-layer.js'
import { dense, dropout } from '../layers/dense.js'
import type { LayerPass, LayerWeights } from '../layers/layer.js'
import { averagePool, statisticsPool } from '../layers/pooling.js'
import type { Random } from '../random.js'

/** Named tensors of a network's parameters. */
export type Weights = Readonly<Record<string, tf.Tensor>>

/** Running statistics, no dropout. `observe` sees each layer's output, for the calibration of the quantiser. */
export interface InferenceMode {
  readonly kind: 'inference'
  readonly observe?: (layer: string, output: tf.Tensor) => void
}

/**
 * Logits of a batch.
 *
 * @param x [batch, …inputShapeOf(architecture)]
 * @returns [batch, labels]
 */
export function forward(
  architecture: Architecture,
  weights: Weights,
  x: tf.Tensor4D,
  mode: InferenceMode,
): tf.Tensor2D {
  let value: tf.Tensor = x
  for (const layer of architecture.layers) {
    value = inferLayer(layer, value, weightsOf(weights, layer))
    mode.observe?.(layer.name, value)
  }
  return value as tf.Tensor2D
}

/** A layer's forward pass in training; convolutions also tell the statistics of their normalisation. */
export type TrainingPass = LayerPass & { readonly layer: LayerSpec; readonly statistics?: BatchStatistics }

/** The chain of passes of a batch; the last one's output is the logits. */
export function forwardTraining(
  architecture: Architecture,
  weights: Weights,
  x: tf.Tensor,
  random: Random,
): TrainingPass[] {
  let value = x
  return architecture.layers.map((layer): TrainingPass => {
    const pass = trainingPass(layer, value, weightsOf(weights, layer), random)
    value = pass.output
    return { ...pass, layer }
  })
}

function trainingPass(layer: LayerSpec, x: tf.Tensor, weights: LayerWeights, random: Random): LayerPass {
  switch (layer.op) {
    case 'conv2d':
      return convLayer(x, layer, weights)
    case 'avg_pool2d':
      return averagePool(x, layer.kernel)
    case 'stats_pool':
      return statisticsPool(x)
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
    case 'avg_pool2d':
      return averagePool(x, layer.kernel).output
    case 'stats_pool':
      return statisticsPool(x).output
    case 'dropout':
      return x
    case 'dense':
      return dense(x, weights).output
  }
}

function inferConv(layer: ConvSpec, x: tf.Tensor4D, weights: LayerWeights): tf.Tensor {
  const scale = tf.mul(weights('gamma'), tf.rsqrt(tf.add(weights('variance'), BATCH_NORM_EPSILON)))
  const shift = tf.sub(weights('beta'), tf.mul(weights('mean'), scale))
  const filter = tf.mul(weights('filter'), scale) as tf.Tensor4D
  const geometry = { dilation: layer.dilation ?? ([1, 1] as const), padding: layer.padding }
  const shifted = tf.add(groupedConvolve(x, filter, layer.groups ?? 1, geometry).output, shift)
  return (layer.activation ?? 'relu') === 'relu' ? tf.relu(shifted) : shifted
}

function weightsOf(weights: Weights, layer: LayerSpec): LayerWeights {
  return (part) => weights[`${layer.name}/${part}`] as tf.Tensor
}

import * as tf from '@tensorflow/tfjs'
import type { Architecture } from '../architectures/architecture.js'
import { avgPool } from '../tf/avg-pool.js'
import { BATCH_NORM_EPSILON, batchNormRelu } from '../tf/batch-norm-relu.js'
import { conv2d } from '../tf/conv2d.js'

/** Named tensors of a network's parameters. */
export type Weights = Readonly<Record<string, tf.Tensor>>

/** Receives the statistics of each batch normalisation; the tensors live only inside the surrounding `tf.tidy`. */
export type StatisticsSink = (layer: string, mean: tf.Tensor1D, variance: tf.Tensor1D) => void

export type ForwardMode =
  | { readonly kind: 'training'; readonly dropoutSeed: number; readonly statistics: StatisticsSink }
  /** Running statistics, no dropout. `observe` sees each layer's output, for the calibration of the quantiser. */
  | { readonly kind: 'inference'; readonly observe?: (layer: string, output: tf.Tensor) => void }

/** Keeps the gradient of the square root finite where a channel is constant over time. */
const STATS_EPSILON = 1e-5

/**
 * Logits of a batch.
 *
 * @param x [batch, time, coefficients, 1]
 * @returns [batch, labels]
 */
export function forward(
  architecture: Architecture,
  weights: Weights,
  x: tf.Tensor4D,
  mode: ForwardMode,
): tf.Tensor2D {
  let value: tf.Tensor = x
  for (const layer of architecture.layers) {
    const weight = (part: string): tf.Tensor => weights[`${layer.name}/${part}`] as tf.Tensor
    switch (layer.op) {
      case 'conv2d': {
        const geometry = { dilation: layer.dilation ?? ([1, 1] as const), padding: layer.padding }
        const convolved = conv2d(value as tf.Tensor4D, weight('filter') as tf.Tensor4D, geometry)
        const flat = tf.reshape(convolved, [-1, layer.channels]) as tf.Tensor2D
        value = tf.reshape(normalise(flat, layer.name, weight, mode), convolved.shape)
        break
      }
      case 'avg_pool2d':
        value = avgPool(value as tf.Tensor4D, layer.kernel)
        break
      case 'stats_pool': {
        const mean = tf.mean(value, 1, true)
        const variance = tf.mean(tf.square(tf.sub(value, mean)), 1)
        const std = tf.sqrt(tf.add(variance, STATS_EPSILON))
        const batch = value.shape[0] as number
        value = tf.concat([tf.reshape(mean, [batch, -1]), tf.reshape(std, [batch, -1])], 1)
        break
      }
      case 'dropout':
        if (mode.kind === 'training') value = tf.dropout(value, layer.rate, undefined, mode.dropoutSeed)
        break
      case 'dense': {
        const flat = tf.reshape(value, [value.shape[0] as number, -1])
        value = tf.add(tf.matMul(flat, weight('kernel')), weight('bias'))
        break
      }
    }
    if (mode.kind === 'inference') mode.observe?.(layer.name, value)
  }
  return value as tf.Tensor2D
}

function normalise(
  x: tf.Tensor2D,
  layer: string,
  weight: (part: string) => tf.Tensor,
  mode: ForwardMode,
): tf.Tensor2D {
  const gamma = weight('gamma') as tf.Tensor1D
  const beta = weight('beta') as tf.Tensor1D
  if (mode.kind === 'training') {
    const { output, mean, variance } = batchNormRelu(x, gamma, beta)
    mode.statistics(layer, mean, variance)
    return output
  }
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(weight('variance'), BATCH_NORM_EPSILON)))
  const shift = tf.sub(beta, tf.mul(weight('mean'), scale))
  return tf.relu(tf.add(tf.mul(x, scale), shift)) as tf.Tensor2D
}

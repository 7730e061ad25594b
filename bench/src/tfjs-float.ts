import type { FloatLayer } from './float-network.js'

/** What is used of TensorFlow.js to build a network by hand. */
export interface TfjsOps {
  setBackend(name: string): Promise<boolean>
  ready(): Promise<void>
  tidy<T>(run: () => T): T
  tensor(values: Float32Array, shape: readonly number[]): Tensor
  reshape(x: Tensor, shape: readonly number[]): Tensor
  avgPool(x: Tensor, size: readonly number[], strides: readonly number[], pad: 'valid'): Tensor
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor
  add(a: Tensor, b: Tensor): Tensor
  sub(a: Tensor, b: Tensor): Tensor
  square(x: Tensor): Tensor
  sqrt(x: Tensor): Tensor
  mean(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor
  concat(tensors: readonly Tensor[], axis: number): Tensor
  transpose(x: Tensor, order: readonly number[]): Tensor
  readonly fused: {
    conv2d(options: {
      readonly x: Tensor
      readonly filter: Tensor
      readonly strides: readonly number[]
      readonly pad: 'same' | 'valid'
      readonly dilations: readonly number[]
      readonly bias: Tensor
      readonly activation: 'relu' | 'linear'
    }): Tensor
  }
}

export interface Tensor {
  readonly shape: readonly number[]
  dataSync(): Float32Array
}

/**
 * The float network in TensorFlow.js, convolution, bias and ReLU fused as its converter would: on the backend that is
 * set when it runs.
 *
 * @returns from one window's features to its logits
 */
export function tfjsFloat(
  tf: TfjsOps,
  layers: readonly FloatLayer[],
  inputShape: readonly number[],
): (features: Float32Array) => Float32Array {
  const steps = layers.map((layer) => stepOf(tf, layer))
  return (features) =>
    tf.tidy(() => {
      let x = tf.tensor(features, [1, ...inputShape])
      for (const step of steps) x = step(x)
      return x.dataSync()
    })
}

function stepOf(tf: TfjsOps, { layer, inputShape, weights, biases }: FloatLayer): (x: Tensor) => Tensor {
  switch (layer.op) {
    case 'conv2d': {
      // [outputs, height, width, inputs] to [height, width, inputs, outputs].
      const filter = tf.transpose(tf.tensor(weights, layer.weights.shape), [1, 2, 3, 0])
      const bias = tf.tensor(biases, [biases.length])
      return (x) =>
        tf.fused.conv2d({
          x,
          filter,
          strides: layer.stride,
          pad: layer.padding,
          dilations: layer.dilation,
          bias,
          activation: layer.activation === 'relu' ? 'relu' : 'linear',
        })
    }
    case 'avg_pool2d':
      return (x) => tf.avgPool(x, layer.kernel, layer.stride, 'valid')
    case 'reshape':
      return (x) => tf.reshape(x, [1, ...layer.shape])
    case 'stats_pool':
      return (x) => {
        const mean = tf.mean(x, [1], true)
        const deviation = tf.sqrt(tf.mean(tf.square(tf.sub(x, mean)), [1], true))
        return tf.reshape(tf.concat([mean, deviation], 1), [1, ...layer.output_shape])
      }
    case 'dense': {
      const matrix = tf.tensor(weights, [biases.length, inputShape.reduce((a, b) => a * b, 1)])
      const bias = tf.tensor(biases, [biases.length])
      return (x) => tf.add(tf.matMul(x, matrix, false, true), bias)
    }
    default:
      throw new Error(`the benchmark has no float form of ${layer.op}`)
  }
}

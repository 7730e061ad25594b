import * as tf from '@tensorflow/tfjs'
import type { SaveForGradient } from './save-for-gradient.js'

/**
 * Whether the patches of a 'valid' convolution lie one behind the other in memory: the kernel is as wide as the input,
 * and one row or all rows high.
 *
 * @param x      shape [batch, height, width, in]
 * @param filter shape [kernelHeight, kernelWidth, in, out]
 */
export function isSpanning(x: readonly number[], filter: readonly number[]): boolean {
  return filter[1] === x[2] && (filter[0] === 1 || filter[0] === x[1])
}

/** Such a convolution as one matrix product, forward and backward: fifty times as fast on the WASM backend. */
export function spanningConv2d(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const [kernelHeight, kernelWidth, channels, outputs] = filter.shape
  const taps = kernelHeight * kernelWidth * channels
  const op = tf.customGrad((...args) => {
    const [input, weights, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, SaveForGradient]
    const patches = tf.reshape(input, [-1, taps]) as tf.Tensor2D
    const matrix = tf.reshape(weights, [taps, outputs]) as tf.Tensor2D
    save([patches, matrix])
    const [batch, height] = input.shape
    const value = tf.reshape(tf.matMul(patches, matrix), [batch, height / kernelHeight, 1, outputs])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedPatches, savedMatrix] = saved as [tf.Tensor2D, tf.Tensor2D]
      const dy2 = tf.reshape(dy, [-1, outputs]) as tf.Tensor2D
      const dx = tf.matMul(dy2, tf.transpose(savedMatrix))
      const dw = tf.matMul(tf.transpose(savedPatches), dy2)
      return [tf.reshape(dx, input.shape), tf.reshape(dw, weights.shape)]
    }
    return { value, gradFunc }
  })
  return op(x, filter) as tf.Tensor4D
}

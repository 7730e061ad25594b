import * as tf from '@tensorflow/tfjs'
import type { SaveForGradient } from './save-for-gradient.js'

/** Added to the variance; the same when the normalisation is folded into the convolution. */
export const BATCH_NORM_EPSILON = 1e-3

export interface BatchNormResult {
  readonly output: tf.Tensor2D
  /** Statistics of this batch, shape [channels]. */
  readonly mean: tf.Tensor1D
  readonly variance: tf.Tensor1D
}

/**
 * Batch normalisation and ReLU in one, with its gradient in closed form: a third of the passes over memory that
 * automatic differentiation would make, which is what this layer costs.
 *
 * @param x     [batch × positions, channels]
 * @param gamma [channels]
 * @param beta  [channels]
 * @see Ioffe & Szegedy 2015
 */
export function batchNormRelu(x: tf.Tensor2D, gamma: tf.Tensor1D, beta: tf.Tensor1D): BatchNormResult {
  const count = x.shape[0]
  const mean = tf.tidy(() => columnSums(x).div(count) as tf.Tensor1D)
  const variance = tf.tidy(
    () => columnSums(tf.square(tf.sub(x, mean)) as tf.Tensor2D).div(count) as tf.Tensor1D,
  )
  const rstd = tf.tidy(() => tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)) as tf.Tensor1D)

  const op = tf.customGrad((...args) => {
    const [input, g, b, save] = args as unknown as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D, SaveForGradient]
    const scale = tf.mul(g, rstd)
    const value = tf.relu(tf.add(tf.mul(input, scale), tf.sub(b, tf.mul(mean, scale))))
    save([input, value, scale, mean, rstd])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedInput, savedValue, savedScale, savedMean, savedRstd] = saved as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor1D,
        tf.Tensor1D,
        tf.Tensor1D,
      ]
      const dz = tf.mul(dy, tf.step(savedValue)) as tf.Tensor2D
      const dBeta = columnSums(dz)
      const dGamma = tf.mul(
        savedRstd,
        tf.sub(columnSums(tf.mul(dz, savedInput) as tf.Tensor2D), tf.mul(savedMean, dBeta)),
      )
      // dx = scale·(dz − dβ/N − x̂·dγ/N) with x̂ = (x − mean)·rstd, gathered as a·dz + b·x + c.
      const slope = tf.div(tf.mul(savedScale, tf.mul(savedRstd, dGamma)), -count)
      const offset = tf.sub(tf.div(tf.mul(savedScale, dBeta), -count), tf.mul(savedMean, slope))
      const dx = tf.add(tf.add(tf.mul(dz, savedScale), tf.mul(savedInput, slope)), offset)
      return [dx, dGamma, dBeta]
    }
    return { value, gradFunc }
  })
  return { output: op(x, gamma, beta) as tf.Tensor2D, mean, variance }
}

/** Sums over the rows as a matrix product: five times as fast as `tf.sum` on the WASM backend. */
function columnSums(x: tf.Tensor2D): tf.Tensor1D {
  return tf.reshape(tf.matMul(tf.ones([1, x.shape[0]]), x), [x.shape[1]])
}

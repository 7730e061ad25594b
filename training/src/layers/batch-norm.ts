import type * as tf from '@tensorflow/tfjs'
import { kernelOp, readArrays } from '../tf/array-op.js'
import { NO_GATE, type Address } from '../tf/kernels.js'
import { columnProducts } from './column-sums.js'
import type { LayerPass, LayerWeights } from './layer.js'

/** Added to the variance; the same when the normalisation is folded into the convolution. */
export const BATCH_NORM_EPSILON = 1e-3

export type Activation = 'relu' | 'none'

export interface BatchStatistics {
  /** [channels] */
  readonly mean: Float32Array
  readonly variance: Float32Array
}

/**
 * Batch normalisation and activation: two passes over memory forward and two backward, which is what this layer
 * costs.
 *
 * @param x       [batch, …, channels]
 * @param weights `gamma` and `beta`, each [channels]
 * @see Ioffe & Szegedy 2015
 */
export function batchNorm(
  x: tf.Tensor,
  weights: LayerWeights,
  activation: Activation,
): LayerPass & { readonly statistics: BatchStatistics } {
  const channels = x.shape.at(-1) as number
  const count = x.size / channels
  const statistics = statisticsOf(x, channels)
  const [gamma, beta] = readArrays([weights('gamma'), weights('beta')], (arrays) =>
    arrays.map((array) => array.slice()),
  ) as [Float32Array, Float32Array]
  const { mean, variance } = statistics
  const rstd = variance.map((v) => 1 / Math.sqrt(v + BATCH_NORM_EPSILON))
  const scale = gamma.map((g, c) => g * (rstd[c] as number))
  const shift = beta.map((b, c) => b - (mean[c] as number) * (scale[c] as number))
  const isRelu = activation === 'relu'

  const [output] = kernelOp([x, scale, shift], [x.shape], (kernels, [from, by, plus], [to]) => {
    kernels.scaleShift(
      from as Address,
      by as Address,
      plus as Address,
      to as Address,
      count,
      channels,
      isRelu,
    )
  }) as [tf.Tensor]

  return {
    output,
    statistics,
    backward(dOutput) {
      // A ReLU's gradient is the output's where the output is above zero.
      const { sum: dBeta, products } = columnProducts(dOutput, x, isRelu ? output : null, channels)
      const dGamma = products.map(
        (p, c) => (rstd[c] as number) * (p - (mean[c] as number) * (dBeta[c] as number)),
      )
      // dx = scale·(dz − dβ/N − x̂·dγ/N) with x̂ = (x − mean)·rstd, gathered as scale·dz + slope·x + offset.
      const slope = scale.map((s, c) => (-s * (rstd[c] as number) * (dGamma[c] as number)) / count)
      const offset = scale.map(
        (s, c) => (-s * (dBeta[c] as number)) / count - (mean[c] as number) * (slope[c] as number),
      )
      const gates = isRelu ? [output] : []
      const [dInput] = kernelOp(
        [dOutput, x, scale, slope, offset, ...gates],
        [x.shape],
        (kernels, [dy, input, s, k, o, gate], [dx]) => {
          kernels.combine(
            dy as Address,
            input as Address,
            gate ?? NO_GATE,
            s as Address,
            k as Address,
            o as Address,
            dx as Address,
            count,
            channels,
          )
        },
      ) as [tf.Tensor]
      return { dInput, parts: { gamma: Float32Array.from(dGamma), beta: Float32Array.from(dBeta) } }
    },
  }
}

function statisticsOf(x: tf.Tensor, channels: number): BatchStatistics {
  const { sum, products: squares } = columnProducts(x, x, null, channels)
  const count = x.size / channels
  return {
    mean: Float32Array.from(sum, (s) => s / count),
    variance: Float32Array.from(squares, (q, c) =>
      Math.max(0, q / count - ((sum[c] as number) / count) ** 2),
    ),
  }
}

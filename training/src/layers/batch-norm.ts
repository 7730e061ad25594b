import type * as tf from '@tensorflow/tfjs'
import { arrayOp, readArrays } from '../tf/array-op.js'
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
  const statistics = readArrays([x], ([values]) => statisticsOf(values as Float32Array, channels))
  const [gamma, beta] = readArrays([weights('gamma'), weights('beta')], (arrays) =>
    arrays.map((array) => array.slice()),
  ) as [Float32Array, Float32Array]
  const rstd = statistics.variance.map((v) => 1 / Math.sqrt(v + BATCH_NORM_EPSILON))
  // Double precision: the loops compute in it, and are spared the conversion.
  const scale = Float64Array.from(gamma, (g, c) => g * (rstd[c] as number))
  const shift = Float64Array.from(beta, (b, c) => b - (statistics.mean[c] as number) * (scale[c] as number))
  const isRelu = activation === 'relu'

  const [output] = arrayOp([x], [x.shape], ([input], [out]) => {
    scaleShiftInto(input as Float32Array, scale, shift, isRelu, out as Float32Array)
  }) as [tf.Tensor]

  return {
    output,
    statistics,
    backward(dOutput) {
      const [dz] = isRelu
        ? arrayOp([dOutput, output], [x.shape], ([dy, y], [out]) => {
            maskInto(bits(dy as Float32Array), bits(y as Float32Array), bits(out as Float32Array))
          })
        : [dOutput]
      const { sum: dBeta, products } = readArrays([dz as tf.Tensor, x], ([gradient, input]) =>
        columnProducts(gradient as Float32Array, input as Float32Array, channels),
      )
      const dGamma = products.map(
        (p, c) => (rstd[c] as number) * (p - (statistics.mean[c] as number) * (dBeta[c] as number)),
      )
      // dx = scale·(dz − dβ/N − x̂·dγ/N) with x̂ = (x − mean)·rstd, gathered as scale·dz + slope·x + offset.
      const slope = scale.map((s, c) => (-s * (rstd[c] as number) * (dGamma[c] as number)) / count)
      const offset = scale.map(
        (s, c) => (-s * (dBeta[c] as number)) / count - (statistics.mean[c] as number) * (slope[c] as number),
      )
      const [dInput] = arrayOp([dz as tf.Tensor, x], [x.shape], ([gradient, input], [dx]) => {
        inputGradientInto(
          gradient as Float32Array,
          input as Float32Array,
          { scale, slope, offset },
          dx as Float32Array,
        )
      }) as [tf.Tensor]
      if (isRelu) dz?.dispose()
      return { dInput, parts: { gamma: Float32Array.from(dGamma), beta: Float32Array.from(dBeta) } }
    },
  }
}

function statisticsOf(x: Float32Array, channels: number): BatchStatistics {
  const { sum, products: squares } = columnProducts(x, x, channels)
  const count = x.length / channels
  return {
    mean: Float32Array.from(sum, (s) => s / count),
    variance: Float32Array.from(squares, (q, c) =>
      Math.max(0, q / count - ((sum[c] as number) / count) ** 2),
    ),
  }
}

function scaleShiftInto(
  x: Float32Array,
  scale: Float64Array,
  shift: Float64Array,
  isRelu: boolean,
  out: Float32Array,
): void {
  const channels = scale.length
  for (let row = 0; row < x.length; row += channels) {
    for (let c = 0; c < channels; c++) {
      out[row + c] = (x[row + c] as number) * (scale[c] as number) + (shift[c] as number)
    }
  }
  if (isRelu) reluInPlace(bits(out))
}

/** The same memory as integers. A ReLU on the bits has no branch, of which every second one would be guessed wrong. */
function bits(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length)
}

function reluInPlace(values: Int32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    values[i] = value & ~(value >> 31)
  }
}

/** Keeps the gradient where the ReLU's output is above zero. */
function maskInto(gradient: Int32Array, output: Int32Array, out: Int32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = (gradient[i] as number) & (-(output[i] as number) >> 31)
}

function inputGradientInto(
  dz: Float32Array,
  x: Float32Array,
  { scale, slope, offset }: { scale: Float64Array; slope: Float64Array; offset: Float64Array },
  dx: Float32Array,
): void {
  const channels = scale.length
  for (let row = 0; row < x.length; row += channels) {
    for (let c = 0; c < channels; c++) {
      const i = row + c
      dx[i] =
        (dz[i] as number) * (scale[c] as number) +
        (x[i] as number) * (slope[c] as number) +
        (offset[c] as number)
    }
  }
}

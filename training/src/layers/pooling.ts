import type * as tf from '@tensorflow/tfjs'
import { arrayOp, kernelOp } from '../tf/array-op.js'
import type { Address, PoolGeometry } from '../tf/kernels.js'
import type { LayerPass } from './layer.js'

/** Keeps the gradient of the square root finite where a channel is constant over time. */
export const STATS_EPSILON = 1e-5

/**
 * Average pooling without overlap or padding; a last partial window is dropped.
 *
 * @param x [batch, height, width, channels]
 */
export function averagePool(x: tf.Tensor, kernel: readonly [number, number]): LayerPass {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const outH = Math.floor(height / kernel[0])
  const outW = Math.floor(width / kernel[1])
  const geometry: PoolGeometry = [batch, height, width, channels, ...kernel]
  const [output] = kernelOp([x], [[batch, outH, outW, channels]], (kernels, [from], [to]) => {
    kernels.averagePool(from as Address, to as Address, ...geometry)
  }) as [tf.Tensor]
  return {
    output,
    backward(dOutput) {
      const [dInput] = kernelOp([dOutput], [x.shape], (kernels, [dy], [dx]) => {
        kernels.averagePoolGradient(dy as Address, dx as Address, ...geometry)
      }) as [tf.Tensor]
      return { dInput, parts: {} }
    },
  }
}

/**
 * Mean and standard deviation of each column over time.
 *
 * @param x [batch, time, width, channels]
 * @returns [batch, 2 × width × channels], the means first
 */
export function statisticsPool(x: tf.Tensor): LayerPass {
  const [batch, time, width, channels] = x.shape as [number, number, number, number]
  const columns = width * channels
  const [output] = arrayOp([x], [[batch, 2 * columns]], ([input], [out]) => {
    meanAndDeviationInto(input as Float32Array, batch, time, columns, out as Float32Array)
  }) as [tf.Tensor]
  return {
    output,
    backward(dOutput) {
      const [dInput] = arrayOp([dOutput, x, output], [x.shape], ([dy, input, y], [dx]) => {
        statisticsGradientInto(
          dy as Float32Array,
          input as Float32Array,
          y as Float32Array,
          { batch, time, columns },
          dx as Float32Array,
        )
      }) as [tf.Tensor]
      return { dInput, parts: {} }
    },
  }
}

function meanAndDeviationInto(
  x: Float32Array,
  batch: number,
  time: number,
  columns: number,
  out: Float32Array,
): void {
  for (let n = 0; n < batch; n++) {
    const from = n * time * columns
    const to = n * 2 * columns
    for (let c = 0; c < columns; c++) {
      let sum = 0
      for (let t = 0; t < time; t++) sum += x[from + t * columns + c] as number
      const mean = sum / time
      let squares = 0
      for (let t = 0; t < time; t++) squares += ((x[from + t * columns + c] as number) - mean) ** 2
      out[to + c] = mean
      out[to + columns + c] = Math.sqrt(squares / time + STATS_EPSILON)
    }
  }
}

function statisticsGradientInto(
  dy: Float32Array,
  x: Float32Array,
  y: Float32Array,
  { batch, time, columns }: { batch: number; time: number; columns: number },
  dx: Float32Array,
): void {
  for (let n = 0; n < batch; n++) {
    const at = n * 2 * columns
    for (let t = 0; t < time; t++) {
      const row = (n * time + t) * columns
      for (let c = 0; c < columns; c++) {
        const mean = y[at + c] as number
        const slope = (dy[at + columns + c] as number) / (y[at + columns + c] as number)
        dx[row + c] = ((dy[at + c] as number) + slope * ((x[row + c] as number) - mean)) / time
      }
    }
  }
}

import type * as tf from '@tensorflow/tfjs'
import type { Quantization } from '../../../src/nn/manifest.js'
import type { LayerPass } from '../layers/layer.js'
import { arrayOp } from '../tf/array-op.js'

/**
 * What int8 makes of an activation, as real numbers. The gradient passes straight through where the value is within
 * the int8 range, and stops where it is cut off.
 *
 * @see Jacob et al. 2018, "Quantization and training of neural networks for efficient integer-arithmetic-only inference"
 */
export function fakeQuantizeActivation(x: tf.Tensor, { scale, zero_point }: Quantization): LayerPass {
  const [output] = arrayOp([x], [x.shape], ([input], [out]) => {
    fakeQuantizeInto(input as Float32Array, scale, zero_point, out as Float32Array)
  }) as [tf.Tensor]
  const low = (-128 - zero_point - 0.5) * scale
  const high = (127 - zero_point + 0.5) * scale
  return {
    output,
    backward(dOutput) {
      const [dInput] = arrayOp([dOutput, x], [x.shape], ([dy, input], [dx]) => {
        const values = input as Float32Array
        for (let i = 0; i < values.length; i++) {
          const value = values[i] as number
          ;(dx as Float32Array)[i] = value >= low && value <= high ? (dy?.[i] as number) : 0
        }
      }) as [tf.Tensor]
      return { dInput, parts: {} }
    },
  }
}

function fakeQuantizeInto(x: Float32Array, scale: number, zeroPoint: number, out: Float32Array): void {
  for (let i = 0; i < x.length; i++) {
    const q = Math.max(-128, Math.min(127, Math.round((x[i] as number) / scale) + zeroPoint))
    out[i] = (q - zeroPoint) * scale
  }
}

/**
 * What int8 makes of weights, as real numbers: symmetric, a scale for each output, as `quantizeWeights` does. No
 * weight is cut off, so the gradient passes straight through.
 *
 * @param weights [..., outputs]
 */
export function fakeQuantizeWeights(weights: tf.Tensor): tf.Tensor {
  const outputs = weights.shape.at(-1) as number
  const [rounded] = arrayOp([weights], [weights.shape], ([input], [out]) => {
    fakeQuantizeColumnsInto(input as Float32Array, outputs, out as Float32Array)
  })
  return rounded as tf.Tensor
}

export function fakeQuantizeColumnsInto(weights: Float32Array, outputs: number, out: Float32Array): void {
  const largest = new Float64Array(outputs)
  for (let i = 0; i < weights.length; i++) {
    const o = i % outputs
    largest[o] = Math.max(largest[o] as number, Math.abs(weights[i] as number))
  }
  for (let i = 0; i < weights.length; i++) {
    const scale = Math.max(largest[i % outputs] as number, 1e-8) / 127
    const q = Math.max(-127, Math.min(127, Math.round((weights[i] as number) / scale)))
    out[i] = q * scale
  }
}

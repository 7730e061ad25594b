import type { Quantization } from '../../../src/nn/manifest.js'
import type { Range } from './activation-range.js'

/**
 * Asymmetric int8 quantisation of an activation; zero is represented exactly, because padding is zero.
 *
 * @see TensorFlow Lite 8-bit quantization specification
 */
export function activationQuantization(range: Range): Quantization {
  const min = Math.min(0, range.min)
  const max = Math.max(0, range.max)
  const scale = Math.max(max - min, 1e-8) / 255
  return { scale, zero_point: Math.max(-128, Math.min(127, Math.round(-128 - min / scale))) }
}

export interface QuantizedWeights {
  readonly values: Int8Array
  /** One per output channel. */
  readonly scales: number[]
  readonly bias: Int32Array
}

/**
 * Symmetric int8 weights, one scale per output channel, and int32 biases in units of input scale × weight scale.
 *
 * @param weights row-major, output channels first
 */
export function quantizeWeights(
  weights: Float32Array,
  bias: Float32Array,
  inputScale: number,
): QuantizedWeights {
  const outputs = bias.length
  const taps = weights.length / outputs
  const values = new Int8Array(weights.length)
  const scales: number[] = []
  const quantizedBias = new Int32Array(outputs)
  for (let o = 0; o < outputs; o++) {
    const row = weights.subarray(o * taps, (o + 1) * taps)
    const largest = row.reduce((max, w) => Math.max(max, Math.abs(w)), 0)
    const scale = Math.max(largest, 1e-8) / 127
    scales.push(scale)
    row.forEach((w, t) => {
      values[o * taps + t] = Math.max(-127, Math.min(127, Math.round(w / scale)))
    })
    quantizedBias[o] = Math.max(
      -(2 ** 31),
      Math.min(2 ** 31 - 1, Math.round((bias[o] as number) / (inputScale * scale))),
    )
  }
  return { values, scales, bias: quantizedBias }
}

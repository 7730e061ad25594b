import type { LayerConstants } from '../kernel.js'
import type { Quantization } from '../manifest.js'
import { channelMultipliers, requantize } from '../requantize.js'

/** Every channel's dot product with one patch, requantised: `output[offset + c]`. */
export type ChannelDots = (patch: Int16Array, output: Int8Array, offset: number) => void

/**
 * The arithmetic that convolution and dense share: a matrix [channels, taps] of int8 times a patch of `taps` inputs
 * whose zero point is already taken off.
 *
 * @param scales one weight scale a channel
 */
export function createChannelDots(
  { weights, biases }: LayerConstants,
  scales: readonly number[],
  inputScale: number,
  { scale, zero_point: zeroPoint }: Quantization,
  activation: 'none' | 'relu',
): ChannelDots {
  const { multipliers, shifts } = channelMultipliers(inputScale, scales, scale)
  const channels = biases.length
  const lowest = activation === 'relu' ? zeroPoint : -128

  return (patch, output, offset) => {
    const taps = patch.length
    for (let channel = 0, row = 0; channel < channels; channel++, row += taps) {
      // |acc| ≤ |bias| + 255·Σ|w|, which the reader keeps under 2^31, so int32 cannot overflow.
      let acc = biases[channel]!
      for (let tap = 0; tap < taps; tap++) acc = (acc + Math.imul(weights[row + tap]!, patch[tap]!)) | 0
      const q = requantize(acc, multipliers[channel]!, shifts[channel]!) + zeroPoint
      output[offset + channel] = q < lowest ? lowest : q > 127 ? 127 : q
    }
  }
}

import type { LayerConstants } from '../kernel.js'
import type { Quantization } from '../manifest.js'
import { channelMultipliers, requantize } from '../requantize.js'

/** Every channel's dot product with one patch, requantised: `output[offset + c]`. */
export type ChannelDots = (patch: Int16Array, output: Int8Array, offset: number) => void

/**
 * The arithmetic that convolution and dense share: a matrix [channels, taps] of int8 times a patch of `taps` inputs
 * whose zero point is already taken off. Channels go by fours, so that a tap is read once for four sums: 1.7 times as
 * fast, and the order of one channel's sum stays the same.
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

  function store(acc: number, channel: number, output: Int8Array, offset: number): void {
    const q = requantize(acc, multipliers[channel]!, shifts[channel]!) + zeroPoint
    output[offset + channel] = q < lowest ? lowest : q > 127 ? 127 : q
  }

  return (patch, output, offset) => {
    // |acc| ≤ |bias| + 255·Σ|w|, which the reader keeps under 2^31, so int32 cannot overflow.
    const taps = patch.length
    let channel = 0
    for (; channel + 4 <= channels; channel += 4) {
      let a = biases[channel]!
      let b = biases[channel + 1]!
      let c = biases[channel + 2]!
      let d = biases[channel + 3]!
      let row = channel * taps
      for (let tap = 0; tap < taps; tap++, row++) {
        const x = patch[tap]!
        a = (a + Math.imul(weights[row]!, x)) | 0
        b = (b + Math.imul(weights[row + taps]!, x)) | 0
        c = (c + Math.imul(weights[row + 2 * taps]!, x)) | 0
        d = (d + Math.imul(weights[row + 3 * taps]!, x)) | 0
      }
      store(a, channel, output, offset)
      store(b, channel + 1, output, offset)
      store(c, channel + 2, output, offset)
      store(d, channel + 3, output, offset)
    }
    for (; channel < channels; channel++) {
      let acc = biases[channel]!
      const row = channel * taps
      for (let tap = 0; tap < taps; tap++) acc = (acc + Math.imul(weights[row + tap]!, patch[tap]!)) | 0
      store(acc, channel, output, offset)
    }
  }
}

import type { Kernel, TensorType } from '../kernel.js'
import type { StatsPoolLayer } from '../manifest.js'
import { quantizeMultiplier, requantize } from '../requantize.js'

/** Bits of fraction that the integer square root keeps: R = 2^8 × the root. */
export const ROOT_FRACTION = 256

/**
 * Mean and standard deviation over the height (time), for each (width, channel). With S = Σq and Q = Σq² over T rows:
 * mean = s·(S − T·z)/T and deviation = s·√(T·Q − S²)/T, the root taken as R = ⌊√(V·2^16)⌋. Output: all means
 * (width-major, then channel), then all deviations.
 */
export function createStatsPool(layer: StatsPoolLayer, input: TensorType): Kernel {
  const [height, width, channels] = input.shape as [number, number, number]
  const columns = width * channels
  const { scale, zero_point: zeroPoint } = layer.output
  const inputOffset = height * input.zero_point
  const mean = quantizeMultiplier(input.scale / (height * scale))
  const deviation = quantizeMultiplier(input.scale / (height * ROOT_FRACTION * scale))

  const clamp = (q: number): number => (q < -128 ? -128 : q > 127 ? 127 : q)

  return (source, output) => {
    for (let column = 0; column < columns; column++) {
      // The reader bounds T at 2^8: |S| ≤ 2^15, Q ≤ 2^22, and V = T²·variance ≤ (256·127.5)² < 2^30.
      let sum = 0
      let squares = 0
      for (let row = 0, at = column; row < height; row++, at += columns) {
        const q = source[at]!
        sum += q
        squares += q * q
      }
      output[column] = clamp(requantize(sum - inputOffset, mean.multiplier, mean.shift) + zeroPoint)

      // V·2^16 < 2^46 is exact, and so is the floor of its root: below 2^52 a correctly rounded root cannot reach
      // the next integer.
      const root = Math.floor(Math.sqrt((height * squares - sum * sum) * 65_536))
      output[columns + column] = clamp(requantize(root, deviation.multiplier, deviation.shift) + zeroPoint)
    }
  }
}

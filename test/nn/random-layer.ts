import fc from 'fast-check'

import type { TensorType } from '../../src/nn/kernel.js'
import type { LayerSource } from '../../src/nn/pack-layers.js'
import { elementCount, outputShape } from '../../src/nn/shapes.js'
import { createRandom } from './tiny-model.js'

export interface RandomLayer {
  readonly tensor: TensorType
  readonly source: LayerSource
  readonly values: Int8Array
}

const size = fc.integer({ min: 1, max: 7 })
const small = fc.integer({ min: 1, max: 3 })
const pair = fc.tuple(small, small)
const zeroPoint = fc.constantFrom(-128, -127, -7, 0, 3, 127)
const scale = fc.double({ min: 0.001, max: 2, noNaN: true })
const quantization = fc.record({ scale, zero_point: zeroPoint })
const activation = fc.constantFrom('none' as const, 'relu' as const)

/** Bytes that are often extreme: all bits of the arithmetic get used. */
function bytes(random: () => number, length: number, lowest: number, isExtreme: boolean): Int8Array {
  return Int8Array.from({ length }, () =>
    isExtreme ? (random() < 0.5 ? lowest : 127) : Math.floor(random() * (128 - lowest)) + lowest,
  )
}

/**
 * A layer of any kind with an input that it can take.
 *
 * @param most channels of the input and of the output
 */
export const randomLayer = (most = 6): fc.Arbitrary<RandomLayer> =>
  fc
    .record({
      op: fc.constantFrom(
        'conv2d' as const,
        'depthwise_conv2d' as const,
        'dense' as const,
        'max_pool2d' as const,
        'avg_pool2d' as const,
        'stats_pool' as const,
        'reshape' as const,
      ),
      shape: fc.tuple(size, size, fc.integer({ min: 1, max: most })),
      input: quantization,
      output: quantization,
      kernel: pair,
      stride: pair,
      dilation: pair,
      padding: fc.constantFrom('same' as const, 'valid' as const),
      activation,
      channels: fc.integer({ min: 1, max: most }),
      seed: fc.nat(),
      isExtreme: fc.boolean(),
    })
    .map(({ op, shape, input, output, channels, seed, isExtreme, ...c }) => {
      const random = createRandom(seed)
      const weights = (weightsShape: number[], count: number) => ({
        shape: weightsShape,
        values: bytes(random, elementCount(weightsShape), -127, isExtreme),
        scales: Array.from({ length: count }, () => 10 ** (-4 + 3 * random())),
        biases: Int32Array.from({ length: count }, () =>
          Math.round((random() - 0.5) * 10 ** (1 + 6 * random())),
        ),
      })
      const tensor: TensorType = { shape, ...input }
      const sources: Record<typeof op, LayerSource> = {
        conv2d: {
          op: 'conv2d',
          name: 'l',
          output,
          ...c,
          weights: weights([channels, ...c.kernel, shape[2]], channels),
        },
        depthwise_conv2d: {
          op: 'depthwise_conv2d',
          name: 'l',
          output,
          ...c,
          weights: weights([...c.kernel, shape[2]], shape[2]),
        },
        dense: {
          op: 'dense',
          name: 'l',
          output,
          activation: c.activation,
          weights: weights([channels, elementCount(shape)], channels),
        },
        max_pool2d: { op: 'max_pool2d', name: 'l', output: input, kernel: c.kernel, stride: c.stride },
        avg_pool2d: { op: 'avg_pool2d', name: 'l', output: input, kernel: c.kernel, stride: c.stride },
        stats_pool: { op: 'stats_pool', name: 'l', output },
        reshape: { op: 'reshape', name: 'l', output: input, shape: [shape[0], shape[2], shape[1]] },
      }
      return { tensor, source: sources[op], values: bytes(random, elementCount(shape), -128, isExtreme) }
    })
    .filter(({ source, tensor }) => outputShape(source, tensor.shape) !== null)

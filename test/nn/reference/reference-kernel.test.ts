import fc from 'fast-check'
import t from 'tap'

import type { TensorType } from '../../../src/nn/kernel.js'
import { layerConstants } from '../../../src/nn/layer-constants.js'
import type { Layer } from '../../../src/nn/manifest.js'
import { packLayers, type LayerSource } from '../../../src/nn/pack-layers.js'
import { createReferenceKernel } from '../../../src/nn/reference/reference-kernel.js'
import { elementCount } from '../../../src/nn/shapes.js'
import { randomLayer } from '../random-layer.js'
import { naiveLayer } from './naive-layers.js'

function runLayer(source: LayerSource, input: TensorType, values: Int8Array) {
  const { layers, weights } = packLayers([source], input.shape)
  const layer = layers[0] as Layer
  const output = new Int8Array(elementCount(layer.output_shape))
  createReferenceKernel(layer, input, weights)(values, output)
  const constants =
    'weights' in layer
      ? layerConstants(layer.weights, weights)
      : { weights: new Int8Array(), biases: new Int32Array() }
  return { output: [...output], expected: naiveLayer(layer, input, values, constants) }
}

t.test(
  'every layer gives the bytes of its definition, whatever its shape, stride, dilation and values',
  (t) => {
    fc.assert(
      fc.property(randomLayer(), ({ source, tensor, values }) => {
        const { output, expected } = runLayer(source, tensor, values)
        return output.join() === expected.join()
      }),
      { numRuns: 1500 },
    )
    t.end()
  },
)

const UNIT = { scale: 1, zero_point: 0 }
const run = (source: LayerSource, shape: number[], values: number[], input = UNIT) =>
  runLayer(source, { shape, ...input }, Int8Array.from(values)).output

const CONV = {
  name: 'l',
  output: UNIT,
  stride: [1, 1],
  dilation: [1, 1],
  padding: 'same',
  activation: 'none',
} as const

t.test('conv2d of a hand-worked 3-tap row, padded with the zero point', (t) => {
  const weights = {
    shape: [2, 1, 3, 1],
    values: Int8Array.of(1, 2, 3, -1, 0, 1),
    scales: [1, 0.5],
    biases: Int32Array.of(10, 1),
  }
  const source: LayerSource = { ...CONV, op: 'conv2d', kernel: [1, 3], weights }
  // Row 1 2 3 above a zero point of 100. First channel: 10 + 2·1 + 3·2, 10 + 1 + 4 + 9, 10 + 2 + 6. Second: halves of
  // 1 + 2, 1 + 3 − 1, 1 − 2, ties up.
  const output = run(source, [1, 3, 1], [101, 102, 103], { scale: 1, zero_point: 100 })
  t.strictSame(output, [18, 2, 24, 2, 18, 0])
  t.strictSame(
    run({ ...source, activation: 'relu', output: { scale: 1, zero_point: 20 } }, [1, 3, 1], [1, 2, 3]),
    [38, 22, 44, 22, 38, 20],
  )
  t.end()
})

t.test('conv2d puts the odd padding of a stride at the end, as TFLite', (t) => {
  const weights = {
    shape: [1, 3, 1, 1],
    values: Int8Array.of(1, 10, 100),
    scales: [0.5],
    biases: Int32Array.of(0),
  }
  const source: LayerSource = { ...CONV, op: 'conv2d', kernel: [3, 1], stride: [2, 1], weights }
  // Four rows, two outputs, one row of padding in all: none before. (1 + 20 + 0·100)/2 and (0 + 10)/2.
  t.strictSame(run(source, [4, 1, 1], [1, 2, 0, 1]), [11, 5])
  t.end()
})

t.test('depthwise_conv2d of a hand-worked dilated pair', (t) => {
  const weights = {
    shape: [2, 1, 2],
    values: Int8Array.of(1, 2, 3, 4),
    scales: [1, 1],
    biases: Int32Array.of(0, 1),
  }
  const source: LayerSource = {
    ...CONV,
    op: 'depthwise_conv2d',
    padding: 'valid',
    kernel: [2, 1],
    dilation: [2, 1],
    weights,
  }
  t.strictSame(run(source, [3, 1, 2], [1, 2, 50, 60, 3, 4]), [10, 21])
  t.end()
})

t.test('max_pool2d and avg_pool2d drop a last partial window; means round halves up', (t) => {
  const pool = { name: 'l', output: UNIT, kernel: [2, 1], stride: [2, 1] } as const
  const rows = [1, 2, -1, -2, 90]
  t.strictSame(run({ ...pool, op: 'max_pool2d' }, [5, 1, 1], rows), [2, -1])
  t.strictSame(run({ ...pool, op: 'avg_pool2d' }, [5, 1, 1], rows), [2, -1])
  t.end()
})

t.test('stats_pool of a hand-worked column, and of the widest spread', (t) => {
  const source: LayerSource = { op: 'stats_pool', name: 'l', output: { scale: 0.5, zero_point: -10 } }
  // Two columns 1 3 and 5 5, zero point 1: means 1 and 4, deviations 1 and 0, in halves, less 10.
  t.strictSame(run(source, [2, 1, 2], [1, 5, 3, 5], { scale: 1, zero_point: 1 }), [-8, -2, -8, -10])
  const wide = Array.from({ length: 256 }, (_, row) => (row % 2 === 0 ? -128 : 127))
  // Mean −0.5 and deviation 127.5: both ties, which go up, the second into the clamp.
  t.strictSame(run({ ...source, output: UNIT }, [256, 1, 1], wide), [0, 127])
  t.strictSame(run({ ...source, output: { scale: 2, zero_point: 0 } }, [256, 1, 1], wide), [0, 64])
  t.end()
})

t.test('dense sums exactly at the largest accumulator', (t) => {
  // 65,536 products of 127 × 255: 2,122,383,360, next to 2^31.
  const units = 65_536
  const weights = {
    shape: [2, units],
    values: new Int8Array(2 * units).fill(127).fill(-127, units),
    scales: [2 ** -24, 2 ** -24],
    biases: Int32Array.of(25_000_000, -25_000_000),
  }
  const source: LayerSource = { ...CONV, op: 'dense', weights }
  const { output, expected } = runLayer(
    source,
    { shape: [units], scale: 1, zero_point: -128 },
    new Int8Array(units).fill(127),
  )
  t.strictSame(output, [127, -128])
  t.strictSame(output, expected)
  t.end()
})

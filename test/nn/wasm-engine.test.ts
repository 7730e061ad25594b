import fc from 'fast-check'
import t from 'tap'

import type { Engine } from '../../src/nn/engine.js'
import type { Layer } from '../../src/nn/manifest.js'
import { createNetwork, fastestEngine } from '../../src/nn/network.js'
import { packLayers } from '../../src/nn/pack-layers.js'
import { referenceEngine } from '../../src/nn/reference/reference-engine.js'
import { loadWasmEngine } from '../../src/nn/wasm/wasm-engine.js'
import { randomLayer } from './random-layer.js'
import { randomBytes, createRandom, tinyLayers } from './tiny-model.js'

const wasm = loadWasmEngine() as Engine

t.test('WASM is built and chosen', async (t) => {
  t.ok(wasm)
  t.not(fastestEngine(), referenceEngine)
})

t.test(
  'every layer gives the bytes of the reference, whatever its shape, stride, dilation and values',
  async (t) => {
    fc.assert(
      fc.property(randomLayer(21), ({ source, tensor, values }) => {
        const { layers, weights } = packLayers([source], tensor.shape)
        const plan = {
          layers: layers as Layer[],
          tensors: [tensor, { shape: layers[0]!.output_shape, ...source.output }],
        }
        const [expected, actual] = [referenceEngine, wasm].map((engine) =>
          engine({ ...plan, weights })
            .run(values)
            .join(),
        )
        return expected === actual
      }),
      { numRuns: 2000 },
    )
    t.pass()
  },
)

t.test('a chain of layers gives the bytes of the reference, run after run', async (t) => {
  for (const [channels, classes, inputChannels, width] of [
    [4, 3, 1, 8],
    [13, 9, 3, 10],
    [16, 8, 8, 12],
  ] as const) {
    const input = { shape: [12, width, inputChannels], scale: 0.04, zero_point: 3 } as const
    const { layers, weights } = packLayers(tinyLayers(channels, classes, inputChannels, width), input.shape)
    const networks = [referenceEngine, wasm].map((engine) =>
      createNetwork({ input, layers }, weights, engine),
    )
    const random = createRandom(channels)
    for (let n = 0; n < 20; n++) {
      const values = randomBytes(random, 12 * width * inputChannels)
      const [expected, actual] = networks.map((network) => [...network.run(values)])
      t.same(actual, expected)
    }
  }
})

t.test('real values are quantised to the bytes of the reference, halves and extremes too', async (t) => {
  const length = 13
  const input = { shape: [1, 1, length], scale: 0.037, zero_point: -5 } as const
  // The network hands its input on as it is.
  const { layers, weights } = packLayers(
    [
      {
        op: 'max_pool2d',
        name: 'same',
        kernel: [1, 1],
        stride: [1, 1],
        output: { scale: 0.037, zero_point: -5 },
      },
    ],
    input.shape,
  )
  const step = Math.fround(input.scale)
  const arbitraryReal = fc.oneof(
    fc.float({ min: -6, max: 6, noNaN: true }),
    fc.integer({ min: -140, max: 140 }).map((n) => Math.fround((n + 0.5) * step)),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, -1e-45, 0.49999997 * step, 3e38, -3e38),
  )
  const [reference, ours] = [referenceEngine, wasm].map((engine) =>
    createNetwork({ input, layers: layers as Layer[] }, weights, engine),
  )
  fc.assert(
    fc.property(fc.array(arbitraryReal, { minLength: length, maxLength: length }), (values) => {
      const real = Float32Array.from(values)
      return reference!.runReal(real).join() === ours!.runReal(real).join()
    }),
    { numRuns: 2000 },
  )
  for (const network of [reference!, ours!]) {
    for (const value of [NaN, Infinity, -Infinity]) {
      const real = new Float32Array(length)
      real[12] = value
      t.throws(() => network.runReal(real), { code: 'INTERNAL_NOT_FINITE', message: /input 12/ })
    }
    t.throws(() => network.runReal(new Float32Array(length + 1)), { code: 'INTERNAL_SHAPE' })
  }
})

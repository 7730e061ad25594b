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
          engine({ ...plan, weights })(values).join(),
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

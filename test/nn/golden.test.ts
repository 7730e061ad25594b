import t from 'tap'

import { encodeGolden, parseGolden, verifyGolden } from '../../src/nn/golden.js'
import type { TensorType } from '../../src/nn/kernel.js'
import { layerConstants } from '../../src/nn/layer-constants.js'
import { createNetwork } from '../../src/nn/network.js'
import { packLayers } from '../../src/nn/pack-layers.js'
import { naiveLayer } from './reference/naive-layers.js'
import { tinyInputs, tinyModel } from './tiny-model.js'

const { input, layers: sources } = tinyModel()
const packed = packLayers(sources, input.shape)
const network = createNetwork({ input, layers: packed.layers }, packed.weights)

/**
 * The exact logits of the tiny model, as this engine gave them when its layers first agreed with their definitions
 * (test/nn/reference). int8: no tolerance.
 */
const TINY_LOGITS = [
  [28, 50, -30],
  [27, 56, -34],
  [32, 63, -34],
  [26, 73, -26],
]

t.test('the tiny model gives the bytes that it always gave', (t) => {
  t.strictSame(
    tinyInputs(96, 4).map((vector) => [...network.run(vector)]),
    TINY_LOGITS,
  )
  t.end()
})

t.test('the tiny model gives what the definitions of its layers give, one after the other', (t) => {
  for (const [index, vector] of tinyInputs(96, 4).entries()) {
    let tensor: { type: TensorType; values: Int8Array } = { type: input, values: vector }
    for (const layer of packed.layers) {
      const constants =
        'weights' in layer
          ? layerConstants(layer.weights, packed.weights)
          : { weights: new Int8Array(), biases: new Int32Array() }
      tensor = {
        values: Int8Array.from(naiveLayer(layer, tensor.type, tensor.values, constants)),
        type: { shape: layer.output_shape, ...layer.output },
      }
    }
    t.strictSame([...tensor.values], TINY_LOGITS[index])
  }
  t.end()
})

t.test('golden vectors survive the file and hold', (t) => {
  const golden = tinyInputs(96).map((vector) => ({ input: vector, output: network.run(vector).slice() }))
  const parsed = parseGolden(Buffer.from(encodeGolden(golden)), 96, 3)
  t.strictSame(parsed, golden)
  verifyGolden(network, parsed)
  t.end()
})

t.test('golden vectors catch a byte that is one off, naming its vector', (t) => {
  const golden = tinyInputs(96).map((vector) => ({ input: vector, output: network.run(vector).slice() }))
  golden[1]!.output[2]! -= 1
  t.throws(() => verifyGolden(network, golden), { code: 'MODEL_GOLDEN', message: /vector 1/, exitCode: 78 })
  t.end()
})

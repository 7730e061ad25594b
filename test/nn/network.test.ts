import t from 'tap'

import { createNetwork } from '../../src/nn/network.js'
import { packLayers } from '../../src/nn/pack-layers.js'
import { tinyInputs, tinyModel } from './tiny-model.js'

const { input, layers: sources } = tinyModel()
const { layers, weights } = packLayers(sources, input.shape)

t.test('network chains every kind of layer and counts its work', (t) => {
  const network = createNetwork({ input, layers }, weights)
  t.strictSame(
    layers.map(({ output_shape: shape }) => [...shape]),
    [[12, 8, 4], [6, 4, 4], [6, 4, 4], [6, 2, 4], [16], [3]],
  )
  t.strictSame(network.output, { shape: [3], scale: 0.01, zero_point: 5 })
  t.equal(network.macs, 12 * 8 * 4 * 9 + 6 * 4 * 4 * 3 + 48)
  t.equal(network.parameters, 36 + 4 + 12 + 4 + 48 + 3)
  t.end()
})

t.test('network gives the same bytes on every run and does not touch its input', (t) => {
  const network = createNetwork({ input, layers }, weights)
  const [a, b] = tinyInputs(96) as [Int8Array, Int8Array]
  const before = a.slice()
  const first = network.run(a).slice()
  const other = network.run(b).slice()
  t.strictSame(network.run(a).slice(), first)
  t.strictSame(a, before)
  t.notSame(other, first)
  t.end()
})

t.test('network hands out the same memory run after run', (t) => {
  const network = createNetwork({ input, layers }, weights)
  const [a, b] = tinyInputs(96) as [Int8Array, Int8Array]
  t.equal(network.run(a), network.run(b))
  t.end()
})

t.test('network does not depend on how weights.bin is aligned in memory', (t) => {
  const shifted = new Uint8Array(weights.length + 3).subarray(3)
  shifted.set(weights)
  const [a] = tinyInputs(96) as [Int8Array]
  t.strictSame(
    createNetwork({ input, layers }, shifted).run(a).slice(),
    createNetwork({ input, layers }, weights).run(a).slice(),
  )
  t.end()
})

t.test('network refuses an input of the wrong length', (t) => {
  t.throws(() => createNetwork({ input, layers }, weights).run(new Int8Array(95)), { code: 'INTERNAL_SHAPE' })
  t.end()
})

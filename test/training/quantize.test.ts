import * as tf from '@tensorflow/tfjs'
import t from 'tap'
import type { Architecture } from '../../training/src/architectures/architecture.js'
import { RangeObserver } from '../../training/src/quantize/activation-range.js'
import { quantizeNetwork } from '../../training/src/quantize/quantize-network.js'
import { activationQuantization, quantizeWeights } from '../../training/src/quantize/quantize-tensor.js'
import { createRandom } from '../../training/src/random.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import { forward } from '../../training/src/train/forward.js'
import { initialParameters } from '../../training/src/train/parameters.js'
import { weightTensors } from '../../training/src/train/parameters.js'
import { createNetwork } from '../../src/nn/network.js'
import { packLayers } from '../../src/nn/pack-layers.js'
import { quantizeInputInto } from '../../src/nn/quantize-input.js'

t.before(async () => {
  await readyBackend()
})

t.test('a range observer finds the range whatever the order of growth', async (t) => {
  const observer = new RangeObserver()
  observer.observe([0.001, -0.002, 5])
  observer.observe(Float32Array.from({ length: 10_000 }, (_, i) => i / 10_000))
  observer.observe([-300])
  t.same(observer.range(0), { min: -300, max: 5 })
})

t.test('a rare outlier is left out of the range', async (t) => {
  const observer = new RangeObserver()
  observer.observe(Float32Array.from({ length: 100_000 }, (_, i) => i / 100_000))
  observer.observe([40])
  t.ok(observer.range(1e-4).max < 1.1)
})

t.test('zero is an exact point of every activation', async (t) => {
  for (const range of [
    { min: 0.5, max: 3 },
    { min: -2, max: -1 },
    { min: -1, max: 7 },
  ]) {
    const { scale, zero_point } = activationQuantization(range)
    t.ok(Number.isInteger(zero_point) && zero_point >= -128 && zero_point <= 127)
    t.ok((127 - zero_point) * scale >= Math.max(0, range.max) - scale)
  }
})

t.test('weights survive within half a step of their channel', async (t) => {
  const random = createRandom(4)
  const weights = Float32Array.from({ length: 6 * 9 }, () => random.normal())
  const { values, scales } = quantizeWeights(weights, new Float32Array(6), 0.1)
  weights.forEach((w, i) => {
    const scale = scales[Math.floor(i / 9)] as number
    if (Math.abs((values[i] as number) * scale - w) > scale * 0.5001) t.fail(`weight ${i}`)
  })
  t.ok(values.every((v) => v >= -127))
})

t.test('the int8 network follows the float network', async (t) => {
  const shape = [24, 10, 1] as const
  const architecture: Architecture = {
    name: 'small',
    layers: [
      { op: 'conv2d', name: 'conv1', channels: 8, kernel: [3, 3], padding: 'same' },
      { op: 'avg_pool2d', name: 'pool', kernel: [2, 2] },
      { op: 'conv2d', name: 'conv2', channels: 12, kernel: [3, 1], dilation: [2, 1], padding: 'same' },
      { op: 'conv2d', name: 'project', channels: 16, kernel: [1, 5], padding: 'valid' },
      { op: 'stats_pool', name: 'stats' },
      { op: 'dropout', name: 'dropout', rate: 0.5 },
      { op: 'dense', name: 'logits', units: 5 },
    ],
  }
  const random = createRandom(11)
  const parameters = initialParameters(architecture, shape, random)
  for (const [name, { values }] of parameters) {
    if (name.endsWith('/mean')) values.forEach((_, i) => (values[i] = random.normal() * 0.2))
    if (name.endsWith('/variance')) values.forEach((_, i) => (values[i] = 0.5 + random.next()))
    if (name.endsWith('/gamma')) values.forEach((_, i) => (values[i] = 0.5 + random.next()))
    if (name.endsWith('/beta')) values.forEach((_, i) => (values[i] = random.normal() * 0.3))
  }
  const inputs = Array.from({ length: 64 }, () => Float32Array.from({ length: 240 }, () => random.normal()))
  const { input, layers } = quantizeNetwork(architecture, parameters, shape, inputs)
  const packed = packLayers(layers, input.shape)
  const network = createNetwork({ input, layers: packed.layers }, packed.weights)
  const output = packed.layers.at(-1)?.output as { scale: number; zero_point: number }
  const quantized = new Int8Array(240)
  let error = 0
  let power = 0
  for (const real of inputs) {
    quantizeInputInto(real, input.scale, input.zero_point, quantized)
    const int8 = Array.from(network.run(quantized), (q) => (q - output.zero_point) * output.scale)
    const float = tf.tidy(
      () =>
        forward(architecture, weightTensors(parameters), tf.tensor4d(real, [1, ...shape]), {
          kind: 'inference',
        }).arraySync()[0] as number[],
    )
    float.forEach((x, k) => {
      error += (x - (int8[k] as number)) ** 2
      power += x ** 2
    })
  }
  t.ok(error / power < 2e-3, `relative error ${Math.sqrt(error / power)}`)
})

import * as tf from '@tensorflow/tfjs'
import t from 'tap'
import { fakeQuantizeActivation, fakeQuantizeColumnsInto } from '../../training/src/quantize/fake-quantize.js'
import { foldBatchNorm } from '../../training/src/quantize/folded-network.js'
import { foldInPlace } from '../../training/src/quantize/quantization-aware.js'
import { activationQuantization, quantizeWeights } from '../../training/src/quantize/quantize-tensor.js'
import { createRandom } from '../../training/src/random.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import { initialParameters } from '../../training/src/train/parameters.js'

t.before(async () => {
  await readyBackend()
})

t.test('weights are rounded as the quantiser rounds them', async (t) => {
  const random = createRandom(4)
  const taps = 9
  const outputs = 6
  const outputLast = Float32Array.from({ length: taps * outputs }, () => random.normal())
  const outputFirst = outputLast.map((_, i) => outputLast[(i % taps) * outputs + Math.floor(i / taps)] ?? NaN)
  const { values, scales } = quantizeWeights(outputFirst, new Float32Array(outputs), 0.1)
  const rounded = new Float32Array(outputLast.length)
  fakeQuantizeColumnsInto(outputLast, outputs, rounded)
  for (let o = 0; o < outputs; o++) {
    for (let tap = 0; tap < taps; tap++) {
      const int8 = Math.fround((values[o * taps + tap] as number) * (scales[o] as number))
      if (Math.abs((rounded[tap * outputs + o] as number) - int8) > 1e-7) t.fail(`tap ${tap} of ${o}`)
    }
  }
})

t.test(
  'activations are rounded to the points of their quantisation, and cut-off ones stop the gradient',
  async (t) => {
    const quantization = activationQuantization({ min: -1, max: 3 })
    const x = tf.tensor1d([-5, -1, -0.3, 0, 0.01, 1.7, 3, 9])
    const pass = fakeQuantizeActivation(x, quantization)
    const points = Array.from(pass.output.dataSync())
    for (const point of points) {
      const q = point / quantization.scale
      t.ok(Math.abs(q - Math.round(q)) < 1e-3)
    }
    t.equal(points[3], 0, 'zero is exact')
    const gradient = pass.backward(tf.ones([8]), true).dInput?.dataSync()
    t.same(Array.from(gradient ?? []), [0, 1, 1, 1, 1, 1, 1, 0])
  },
)

t.test('folding in place leaves the folded network as it was, groups included', async (t) => {
  const architecture = {
    name: 'small',
    layers: [
      { op: 'conv2d', name: 'a', channels: 8, kernel: [3, 1], padding: 'same' },
      { op: 'conv2d', name: 'b', channels: 6, kernel: [3, 1], padding: 'same', groups: 2 },
      { op: 'dense', name: 'logits', units: 3 },
    ],
  } as const
  const random = createRandom(2)
  const parameters = initialParameters(architecture, [10, 1, 4], random)
  for (const [name, { values }] of parameters) {
    if (/mean|beta/.test(name)) values.forEach((_, i) => (values[i] = random.normal()))
    if (/variance|gamma/.test(name)) values.forEach((_, i) => (values[i] = 0.5 + random.next()))
  }
  const before = foldBatchNorm(architecture, parameters)
  t.same(before[1]?.weightsShape, [6, 3, 1, 4], 'a group sees its share of the input')
  foldInPlace(architecture, parameters)
  foldBatchNorm(architecture, parameters).forEach(({ weights, bias }, n) => {
    const close = (a?: Float32Array, b?: Float32Array): boolean =>
      (a ?? []).every((v, i) => Math.abs(v - (b?.[i] ?? NaN)) < 1e-5)
    t.ok(close(weights, before[n]?.weights) && close(bias, before[n]?.bias), `layer ${n}`)
  })
})

import * as tf from '@tensorflow/tfjs'
import t from 'tap'
import { averagePool, statisticsPool } from '../../training/src/layers/pooling.js'
import { BATCH_NORM_EPSILON, batchNorm } from '../../training/src/layers/batch-norm.js'
import { convLayer, groupedConvolve } from '../../training/src/layers/conv-layer.js'
import { dense, dropout } from '../../training/src/layers/dense.js'
import { createRandom } from '../../training/src/random.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import { gradientError, wave } from '../support/layer-gradients.js'

t.before(async () => {
  await readyBackend()
})

for (const { kernel, dilation, padding, groups = 1, width = 6 } of [
  { kernel: [3, 3], dilation: [1, 1], padding: 'same' },
  { kernel: [3, 2], dilation: [2, 1], padding: 'same' },
  { kernel: [1, 4], dilation: [1, 1], padding: 'valid' },
  { kernel: [2, 2], dilation: [3, 1], padding: 'valid' },
  { kernel: [2, 6], dilation: [1, 1], padding: 'valid' },
  { kernel: [9, 6], dilation: [1, 1], padding: 'valid' },
  { kernel: [5, 1], dilation: [1, 1], padding: 'same', width: 1 },
  { kernel: [3, 1], dilation: [2, 1], padding: 'same', width: 1, groups: 2 },
  { kernel: [3, 3], dilation: [1, 1], padding: 'same', groups: 4 },
] as const) {
  const name = `${kernel}, dilation ${dilation}, ${padding}, width ${width}, ${groups} groups`
  t.test(`a convolution's gradients agree with differences (${name})`, async (t) => {
    const error = gradientError(
      (x, weights) => {
        const filter = weights('filter') as tf.Tensor4D
        const pass = groupedConvolve(x as tf.Tensor4D, filter, groups, { dilation, padding })
        return {
          output: pass.output,
          backward: (dy, needsInput) => {
            const { dInput, dFilter } = pass.backward(dy as tf.Tensor4D, needsInput)
            return { dInput, parts: { filter: dFilter } }
          },
        }
      },
      wave([2, 9, width, 4], 0.37),
      { filter: wave([...kernel, 4 / groups, 8], 0.83) },
    )
    t.ok(error < 2e-3, `off by ${error}`)
  })
}

t.test('a grouped convolution is the convolutions of its groups side by side', async (t) => {
  const geometry = { dilation: [1, 1], padding: 'same' } as const
  const x = tf.tensor(wave([2, 7, 1, 6], 0.3).values, [2, 7, 1, 6]) as tf.Tensor4D
  const filter = tf.tensor(wave([3, 1, 3, 4], 0.7).values, [3, 1, 3, 4]) as tf.Tensor4D
  const grouped = groupedConvolve(x, filter, 2, geometry).output
  const [xs, filters] = [tf.split(x, 2, 3), tf.split(filter, 2, 3)]
  const side = tf.concat(
    xs.map((part, g) => tf.conv2d(part as tf.Tensor4D, filters[g] as tf.Tensor4D, 1, 'same')),
    3,
  )
  t.ok((tf.max(tf.abs(tf.sub(grouped, side))).dataSync()[0] as number) < 1e-5)
})

for (const activation of ['relu', 'none'] as const) {
  t.test(`batchNorm's gradients agree with automatic differentiation (${activation})`, async (t) => {
    const shape: [number, number] = [43, 5]
    const x = tf.tensor2d(wave(shape, 0.61).values, shape)
    const gamma = tf.tensor1d([1, 0.5, 1.5, -0.7, 2])
    const beta = tf.tensor1d([0, 0.3, -0.2, 0.1, 0.5])
    const dy = tf.tensor2d(wave(shape, 0.17).values, shape)
    const plain = (...[a, g, b]: tf.Tensor[]): tf.Scalar => {
      const mean = tf.mean(a as tf.Tensor, 0)
      const centred = tf.sub(a as tf.Tensor, mean)
      const variance = tf.mean(tf.square(centred), 0)
      const xHat = tf.div(centred, tf.sqrt(tf.add(variance, BATCH_NORM_EPSILON)))
      const y = tf.add(tf.mul(xHat, g as tf.Tensor), b as tf.Tensor)
      return tf.sum(tf.mul(activation === 'relu' ? tf.relu(y) : y, dy))
    }
    const expected = tf.grads(plain)([x, gamma, beta])
    const pass = batchNorm(x, (part) => (part === 'gamma' ? gamma : beta), activation)
    const { dInput, parts } = pass.backward(dy, true)
    const actual = [dInput?.dataSync(), parts['gamma'], parts['beta']]
    expected.forEach((grad, n) => {
      grad.dataSync().forEach((value, i) => {
        const difference = Math.abs(value - (actual[n]?.[i] as number))
        if (!(difference < 1e-3)) t.fail(`gradient ${n} is off by ${difference} at ${i}`)
      })
    })
  })
}

t.test("a convolution layer's gradients agree with differences", async (t) => {
  const error = gradientError(
    (x, weights) =>
      convLayer(
        x,
        { op: 'conv2d', name: 'c', channels: 4, kernel: [3, 1], padding: 'same', activation: 'none' },
        weights,
      ),
    wave([3, 8, 1, 2], 0.37),
    { filter: wave([3, 1, 2, 4], 0.83), gamma: wave([4], 0.4, 1), beta: wave([4], 0.9) },
  )
  t.ok(error < 1e-2, `off by ${error}`)
})

t.test("dense and the pools' gradients agree with differences", async (t) => {
  const image = wave([2, 7, 4, 3], 0.37)
  t.ok(gradientError(dense, image, { kernel: wave([84, 5], 0.3), bias: wave([5], 0.7) }) < 5e-3)
  t.ok(gradientError((x) => averagePool(x, [2, 2]), image) < 2e-3)
  t.ok(gradientError((x) => statisticsPool(x), image) < 2e-3)
})

t.test('averagePool drops a partial window and spreads its gradient evenly', async (t) => {
  const pass = averagePool(tf.ones([1, 5, 4, 2]), [2, 2])
  t.same(pass.output.shape, [1, 2, 2, 2])
  const gradient = pass.backward(tf.ones([1, 2, 2, 2]), true).dInput?.arraySync() as number[][][][]
  t.equal(gradient[0]?.[0]?.[0]?.[0], 0.25)
  t.equal(gradient[0]?.[3]?.[3]?.[1], 0.25)
  t.equal(gradient[0]?.[4]?.[0]?.[0], 0, 'the fifth row is in no window')
})

t.test('dropout leaves the mean alone and its gradient goes where the values went', async (t) => {
  const pass = dropout(tf.ones([200, 50]), 0.4, createRandom(3))
  const values = pass.output.dataSync<'float32'>()
  t.ok(Math.abs(values.reduce((sum, v) => sum + v, 0) / values.length - 1) < 0.05)
  t.same(pass.backward(tf.ones([200, 50]), true).dInput?.dataSync(), values)
})

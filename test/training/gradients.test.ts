import * as tf from '@tensorflow/tfjs'
import t from 'tap'
import { avgPool } from '../../training/src/tf/avg-pool.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import { BATCH_NORM_EPSILON, batchNormRelu } from '../../training/src/tf/batch-norm-relu.js'
import { conv2d } from '../../training/src/tf/conv2d.js'

t.before(async () => {
  await readyBackend()
})

/** Largest difference of a gradient from central differences of the loss, over a few elements. */
function gradientError(
  loss: (...inputs: tf.Tensor[]) => tf.Scalar,
  inputs: { values: Float32Array; shape: number[] }[],
): number {
  const tensors = (): tf.Tensor[] => inputs.map(({ values, shape }) => tf.tensor(values, shape))
  const { grads } = tf.valueAndGrads(loss)(tensors())
  const step = 1e-2
  let worst = 0
  inputs.forEach(({ values }, n) => {
    const gradient = (grads[n] as tf.Tensor).dataSync()
    for (let i = 0; i < values.length; i += Math.max(1, Math.floor(values.length / 7))) {
      const kept = values[i] as number
      const lossAt = (value: number): number => {
        values[i] = value
        return loss(...tensors()).dataSync()[0] as number
      }
      const numeric = (lossAt(kept + step) - lossAt(kept - step)) / (2 * step)
      values[i] = kept
      worst = Math.max(worst, Math.abs(numeric - (gradient[i] as number)))
    }
  })
  return worst
}

const wave = (length: number, rate: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * rate) + 0.3 * Math.cos(i * rate * 2.7))

for (const { kernel, dilation, padding } of [
  { kernel: [3, 3], dilation: [1, 1], padding: 'same' },
  { kernel: [3, 2], dilation: [2, 1], padding: 'same' },
  { kernel: [1, 4], dilation: [1, 1], padding: 'valid' },
  { kernel: [2, 2], dilation: [3, 1], padding: 'valid' },
  { kernel: [1, 6], dilation: [1, 1], padding: 'valid' },
  { kernel: [9, 6], dilation: [1, 1], padding: 'valid' },
] as const) {
  t.test(
    `conv2d's gradients agree with differences (${kernel}, dilation ${dilation}, ${padding})`,
    async (t) => {
      const [kh, kw] = kernel
      const error = gradientError(
        (x, w) => {
          const y = conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { dilation, padding })
          return tf.mean(tf.mul(y, tf.sin(tf.add(y, 0.5)))) as tf.Scalar
        },
        [
          { values: wave(2 * 9 * 6 * 3, 0.37), shape: [2, 9, 6, 3] },
          { values: wave(kh * kw * 3 * 4, 0.83), shape: [kh, kw, 3, 4] },
        ],
      )
      t.ok(error < 2e-3, `off by ${error}`)
    },
  )
}

t.test("batchNormRelu's gradients agree with automatic differentiation", async (t) => {
  const shape = [40, 5] as const
  const x = tf.tensor2d(wave(200, 0.61), [...shape])
  const gamma = tf.tensor1d([1, 0.5, 1.5, -0.7, 2])
  const beta = tf.tensor1d([0, 0.3, -0.2, 0.1, 0.5])
  const weigh = (y: tf.Tensor): tf.Scalar => tf.sum(tf.mul(y, tf.tensor2d(wave(200, 0.17), [...shape])))
  const plain = (...[a, g, b]: tf.Tensor[]): tf.Scalar => {
    const mean = tf.mean(a as tf.Tensor, 0)
    const centred = tf.sub(a as tf.Tensor, mean)
    const variance = tf.mean(tf.square(centred), 0)
    const xHat = tf.div(centred, tf.sqrt(tf.add(variance, BATCH_NORM_EPSILON)))
    return weigh(tf.relu(tf.add(tf.mul(xHat, g as tf.Tensor), b as tf.Tensor)))
  }
  const ours = (...[a, g, b]: tf.Tensor[]): tf.Scalar =>
    weigh(batchNormRelu(a as tf.Tensor2D, g as tf.Tensor1D, b as tf.Tensor1D).output)
  const expected = tf.valueAndGrads(plain)([x, gamma, beta])
  const actual = tf.valueAndGrads(ours)([x, gamma, beta])
  t.ok(Math.abs((expected.value.dataSync()[0] as number) - (actual.value.dataSync()[0] as number)) < 1e-3)
  expected.grads.forEach((grad, n) => {
    const difference = tf.max(tf.abs(tf.sub(grad, actual.grads[n] as tf.Tensor))).dataSync()[0] as number
    t.ok(difference < 1e-3, `gradient ${n} is off by ${difference}`)
  })
})

t.test('avgPool drops a partial window and spreads its gradient evenly', async (t) => {
  const x = tf.tensor4d(wave(1 * 5 * 4 * 2, 0.5), [1, 5, 4, 2])
  t.same(avgPool(x, [2, 2]).shape, [1, 2, 2, 2])
  const gradient = tf
    .grad((z: tf.Tensor) => tf.sum(avgPool(z as tf.Tensor4D, [2, 2])))(x)
    .arraySync() as number[][][][]
  t.equal(gradient[0]?.[0]?.[0]?.[0], 0.25)
  t.equal(gradient[0]?.[3]?.[3]?.[1], 0.25)
  t.equal(gradient[0]?.[4]?.[0]?.[0], 0, 'the fifth row is in no window')
})

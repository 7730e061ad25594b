import * as tf from '@tensorflow/tfjs'
import t from 'tap'
import { batchNorm } from '../../training/src/layers/batch-norm.js'
import { columnProducts } from '../../training/src/layers/column-sums.js'
import { averagePool } from '../../training/src/layers/pooling.js'
import { readyKernels } from '../../training/src/tf/array-op.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import { wave } from '../support/layer-gradients.js'

t.before(async () => {
  await readyBackend()
})

function tensor(shape: number[], step: number): tf.Tensor {
  return tf.tensor(wave(shape, step).values, shape)
}

t.test('sums of columns and of products, any number of columns, with and without a gate', async (t) => {
  for (const columns of [1, 3, 4, 7, 16]) {
    const rows = 37
    const [x, y, gate] = [0.31, 0.17, 0.53].map((step) => tensor([rows, columns], step)) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ]
    for (const open of [null, gate]) {
      const kept = open ? tf.mul(x, tf.cast(tf.greater(open, 0), 'float32')) : x
      const { sum, products } = columnProducts(x, y, open, columns)
      const expected = [tf.sum(kept, 0), tf.sum(tf.mul(kept, y), 0)].map((e) => e.dataSync<'float32'>())
      for (const [i, values] of [sum, products].entries()) {
        const worst = Math.max(...values.map((v, c) => Math.abs(v - (expected[i]?.[c] as number))))
        t.ok(worst < 1e-5, `${columns} columns: off by ${worst}`)
      }
    }
  }
})

t.test('a backend that keeps its tensors elsewhere gets the same', async (t) => {
  const run = (): number[] => {
    const x = tensor([2, 5, 6, 3], 0.41)
    const weights = { gamma: wave([3], 0.9), beta: wave([3], 0.2) }
    const normalised = batchNorm(x, (part) => tf.tensor(weights[part as 'gamma'].values), 'relu')
    const pooled = averagePool(normalised.output, [2, 2])
    const dPooled = pooled.backward(tf.onesLike(pooled.output), true).dInput as tf.Tensor
    const { dInput, parts } = normalised.backward(dPooled, true)
    const arrays = [pooled.output, dInput as tf.Tensor].map((made) => made.dataSync<'float32'>())
    return [...arrays, parts.gamma, parts.beta].flatMap((values) => [...(values ?? [])])
  }
  const own = run()
  await tf.setBackend('cpu')
  await readyKernels()
  t.same(run(), own)
  await tf.setBackend('wasm')
  await readyKernels()
  t.same(run(), own)
  t.ok(own.some((value) => value !== 0))
})

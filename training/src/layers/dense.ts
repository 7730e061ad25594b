import * as tf from '@tensorflow/tfjs'
import { arrayOp, readArrays } from '../tf/array-op.js'
import type { Random } from '../random.js'
import { columnSums } from './column-sums.js'
import type { LayerPass, LayerWeights } from './layer.js'

/**
 * A fully connected layer over everything but the batch.
 *
 * @param weights `kernel` [inputs, units], `bias` [units]
 */
export function dense(x: tf.Tensor, weights: LayerWeights): LayerPass {
  const batch = x.shape[0] as number
  const flat = tf.reshape(x, [batch, -1]) as tf.Tensor2D
  const kernel = weights('kernel') as tf.Tensor2D
  return {
    output: tf.add(tf.matMul(flat, kernel), weights('bias')),
    backward(dOutput, needsInput) {
      const dy = dOutput as tf.Tensor2D
      return {
        dInput: needsInput ? tf.reshape(tf.matMul(dy, tf.transpose(kernel)), x.shape) : null,
        parts: {
          kernel: tf.matMul(tf.transpose(flat), dy).dataSync<'float32'>(),
          bias: readArrays([dy], ([values]) => columnSums(values as Float32Array, kernel.shape[1])),
        },
      }
    },
  }
}

/** Sets a share of the values to zero and raises the rest, so that the sum stays what it was on average. */
export function dropout(x: tf.Tensor, rate: number, random: Random): LayerPass {
  const mask = new Float32Array(x.size)
  for (let i = 0; i < mask.length; i++) mask[i] = random.next() < rate ? 0 : 1 / (1 - rate)
  const masked = (tensor: tf.Tensor): tf.Tensor => {
    const [product] = arrayOp([tensor], [x.shape], ([input], [out]) => {
      for (let i = 0; i < mask.length; i++) {
        ;(out as Float32Array)[i] = (input?.[i] as number) * (mask[i] as number)
      }
    })
    return product as tf.Tensor
  }
  return { output: masked(x), backward: (dOutput) => ({ dInput: masked(dOutput), parts: {} }) }
}

import type * as tf from '@tensorflow/tfjs'
import { arrayOp } from '../tf/array-op.js'
import type { Batch } from './batches.js'

/**
 * Mean cross entropy of a batch against soft targets, and its gradient by the logits.
 *
 * @param logits [batch, labels]
 */
export function crossEntropy(logits: tf.Tensor, batch: Batch): { value: number; dLogits: tf.Tensor } {
  const labels = logits.shape[1] as number
  let value = 0
  const [dLogits] = arrayOp([logits], [logits.shape], ([z], [dz]) => {
    value = crossEntropyInto(z as Float32Array, batch.targets, labels, dz as Float32Array)
  }) as [tf.Tensor]
  return { value, dLogits }
}

export function crossEntropyInto(
  logits: Float32Array,
  targets: Float32Array,
  labels: number,
  dLogits: Float32Array,
): number {
  const batch = logits.length / labels
  let loss = 0
  for (let row = 0; row < logits.length; row += labels) {
    let highest = -Infinity
    for (let k = 0; k < labels; k++) highest = Math.max(highest, logits[row + k] as number)
    let sum = 0
    for (let k = 0; k < labels; k++) sum += Math.exp((logits[row + k] as number) - highest)
    const logSum = highest + Math.log(sum)
    for (let k = 0; k < labels; k++) {
      const logProbability = (logits[row + k] as number) - logSum
      loss -= (targets[row + k] as number) * logProbability
      dLogits[row + k] = (Math.exp(logProbability) - (targets[row + k] as number)) / batch
    }
  }
  return loss / batch
}

import * as tf from '@tensorflow/tfjs'
import { inputShapeOf, type Architecture } from '../architectures/architecture.js'
import { forward } from './forward.js'
import type { Parameters } from './parameters.js'
import { weightTensors } from './parameters.js'

export interface TrainedNetwork {
  readonly architecture: Architecture
  readonly parameters: Parameters
}

/**
 * The mean of what several networks say of the inputs of a batch, softened by a temperature. They hear exactly what
 * the pupil hears, mixtures and masks included.
 *
 * @param inputs [size × frames × coefficients]
 * @returns [size × labels], rows sum to 1
 * @see Beyer et al. 2022, "Knowledge distillation: a good teacher is patient and consistent"
 */
export function teacherProbabilities(
  teachers: readonly TrainedNetwork[],
  inputs: Float32Array,
  size: number,
  [frames, coefficients]: readonly [number, number],
  temperature: number,
): Float32Array {
  const mean = tf.tidy(() => {
    const votes = teachers.map(({ architecture, parameters }) => {
      const x = tf.tensor(inputs, [size, ...inputShapeOf(architecture, frames, coefficients)]) as tf.Tensor4D
      const logits = forward(architecture, weightTensors(parameters), x, { kind: 'inference' })
      return tf.softmax(tf.div(logits, temperature))
    })
    return tf.div(tf.addN(votes), votes.length)
  })
  const probabilities = mean.dataSync<'float32'>().slice()
  mean.dispose()
  return probabilities
}

import * as tf from '@tensorflow/tfjs'
import { membersOf, type Architecture } from '../architectures/architecture.js'
import type { Random } from '../random.js'
import { forwardTraining, type TrainingPass } from './forward.js'
import { weightTensors, type ParameterArray } from './parameters.js'

const BATCH_NORM_MOMENTUM = 0.9

/** What a loss says of a batch's logits. */
export interface Judged {
  /** [size × labels] */
  readonly dLogits: Float32Array
}

/**
 * One pass forwards and back. The running statistics of batch normalisation follow the batch's.
 *
 * @param inputs  shape [size, …inputShapeOf(architecture)]
 * @param lossOf  of the logits, [size × labels]; of an ensemble, of each member's
 * @returns what the loss said (of the last member), and the gradients by the parameters' names
 */
export function backpropagate<T extends Judged>(
  architecture: Architecture,
  parameters: Map<string, ParameterArray>,
  inputs: { readonly values: Float32Array; readonly shape: readonly number[] },
  random: Random,
  lossOf: (logits: Float32Array) => T,
): T & { gradients: Map<string, Float32Array> } {
  const gradients = new Map<string, Float32Array>()
  let judged: T | undefined
  for (const { prefix, network } of membersOf(architecture)) {
    tf.tidy(() => {
      const x = tf.tensor4d(inputs.values, [...inputs.shape] as [number, number, number, number])
      const passes = forwardTraining(network, prefix, weightTensors(parameters), x, random)
      const { output } = passes.at(-1) as TrainingPass
      judged = lossOf(output.dataSync<'float32'>())
      propagateBack(passes, tf.tensor(judged.dLogits, output.shape), parameters, gradients)
    })
  }
  return { ...(judged as T), gradients }
}

function propagateBack(
  passes: readonly TrainingPass[],
  dLogits: tf.Tensor,
  parameters: Map<string, ParameterArray>,
  gradients: Map<string, Float32Array>,
): void {
  let dOutput = dLogits
  for (let n = passes.length - 1; n >= 0; n--) {
    const pass = passes[n] as TrainingPass
    const { dInput, parts } = pass.backward(dOutput, n > 0)
    dOutput.dispose()
    if (dInput) dOutput = dInput
    const { name } = pass
    for (const [part, values] of Object.entries(parts)) gradients.set(`${name}/${part}`, values)
    if (pass.statistics) {
      follow(parameters.get(`${name}/mean`), pass.statistics.mean)
      follow(parameters.get(`${name}/variance`), pass.statistics.variance)
    }
  }
}

function follow(running: ParameterArray | undefined, fresh: Float32Array): void {
  if (!running) return
  for (let i = 0; i < fresh.length; i++) {
    running.values[i] =
      BATCH_NORM_MOMENTUM * (running.values[i] as number) + (1 - BATCH_NORM_MOMENTUM) * (fresh[i] as number)
  }
}

import * as tf from '@tensorflow/tfjs'
import { membersOf, type Architecture } from '../architectures/architecture.js'
import { dense } from '../layers/dense.js'
import type { Random } from '../random.js'
import { forwardTraining, type TrainingMode, type TrainingPass, type Weights } from './forward.js'
import { weightTensors, type ParameterArray } from './parameters.js'

const BATCH_NORM_MOMENTUM = 0.9

/** What a loss says of a batch's logits. */
export interface Judged {
  /** [size × labels] */
  readonly dLogits: Float32Array
}

/** A dense layer beside the last one, with its own part in the loss. */
export interface SideHead {
  /** Its parameters are `<name>/kernel` and `<name>/bias`. */
  readonly name: string
  /** Gradient of its part of the loss by its logits. */
  readonly gradientOf: (logits: Float32Array) => Float32Array
}

export interface BackpropagateOptions extends Omit<TrainingMode, 'random'> {
  readonly heads?: readonly SideHead[]
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
  { heads = [], ...mode }: BackpropagateOptions = {},
): T & { gradients: Map<string, Float32Array> } {
  const gradients = new Map<string, Float32Array>()
  let judged: T | undefined
  for (const { prefix, network } of membersOf(architecture)) {
    tf.tidy(() => {
      const x = tf.tensor4d(inputs.values, [...inputs.shape] as [number, number, number, number])
      const weights = weightTensors(parameters)
      const passes = forwardTraining(network, prefix, weights, x, { random, ...mode })
      const { output } = passes.at(-1) as TrainingPass
      judged = lossOf(output.dataSync<'float32'>())
      const sides = heads.map(({ name, gradientOf }) =>
        sideGradient(`${prefix}${name}`, weights, passes, gradientOf, gradients),
      )
      propagateBack(passes, tf.tensor(judged.dLogits, output.shape), sides, parameters, gradients)
    })
  }
  return { ...(judged as T), gradients }
}

/** @returns a head's gradient by what the last layer sees, or null if that layer alone is trained */
function sideGradient(
  name: string,
  weights: Weights,
  passes: readonly TrainingPass[],
  gradientOf: SideHead['gradientOf'],
  gradients: Map<string, Float32Array>,
): tf.Tensor | null {
  const seen = passes.at(-2)?.output
  if (!seen) return null
  const pass = dense(seen, (part) => weights[`${name}/${part}`] as tf.Tensor)
  const dLogits = gradientOf(pass.output.dataSync<'float32'>())
  const { dInput, parts } = pass.backward(tf.tensor(dLogits, pass.output.shape), true)
  for (const [part, values] of Object.entries(parts)) gradients.set(`${name}/${part}`, values)
  return dInput
}

function propagateBack(
  passes: readonly TrainingPass[],
  dLogits: tf.Tensor,
  sides: readonly (tf.Tensor | null)[],
  parameters: Map<string, ParameterArray>,
  gradients: Map<string, Float32Array>,
): void {
  let dOutput = dLogits
  for (let n = passes.length - 1; n >= 0; n--) {
    const pass = passes[n] as TrainingPass
    const { dInput, parts } = pass.backward(dOutput, n > 0)
    dOutput.dispose()
    const { name } = pass
    for (const [part, values] of Object.entries(parts)) gradients.set(`${name}/${part}`, values)
    if (pass.statistics) {
      follow(parameters.get(`${name}/mean`), pass.statistics.mean)
      follow(parameters.get(`${name}/variance`), pass.statistics.variance)
    }
    if (!dInput) return
    const own = n === passes.length - 1 ? sides.filter((side) => side !== null) : []
    dOutput =
      own.length > 0 ? tf.addN([dInput, ...own.map((side) => tf.reshape(side, dInput.shape))]) : dInput
  }
}

function follow(running: ParameterArray | undefined, fresh: Float32Array): void {
  if (!running) return
  for (let i = 0; i < fresh.length; i++) {
    running.values[i] =
      BATCH_NORM_MOMENTUM * (running.values[i] as number) + (1 - BATCH_NORM_MOMENTUM) * (fresh[i] as number)
  }
}

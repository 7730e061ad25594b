import * as tf from '@tensorflow/tfjs'
import { inputShapeOf, type Architecture } from '../architectures/architecture.js'
import { createRandom, type Random } from '../random.js'
import { ADAMW_DEFAULTS, adamWStep, initialAdamWState, type AdamWState } from './adamw.js'
import {
  epochBatches,
  type AugmentOptions,
  type Batch,
  type BatchShape,
  type Example,
  type NormaliseAndFit,
} from './batches.js'
import { forwardTraining, type TrainingPass, type Weights } from './forward.js'
import { crossEntropy } from './loss.js'
import { initialParameters, type ParameterArray } from './parameters.js'
import { oneCycleLearningRate } from './schedule.js'

export interface TrainOptions {
  readonly epochs: number
  readonly seed: number
  readonly peakLearningRate: number
  /** Decay of the moving average of the weights that is kept as the result. */
  readonly emaDecay: number
  readonly augment: AugmentOptions
}

/** Everything that a run needs to go on after a stop at the end of an epoch. */
export interface TrainState {
  epochsDone: number
  readonly parameters: Map<string, ParameterArray>
  readonly averaged: Map<string, ParameterArray>
  readonly optimiser: AdamWState
}

export interface EpochReport {
  readonly epoch: number
  readonly epochs: number
  readonly loss: number
  readonly step: number
  readonly stepsPerEpoch: number
  readonly secondsPerStep: number
}

const BATCH_NORM_MOMENTUM = 0.9

export function initialTrainState(architecture: Architecture, shape: BatchShape, seed: number): TrainState {
  const input = inputShapeOf(architecture, shape.frames, shape.coefficients)
  const parameters = initialParameters(architecture, input, createRandom(seed, 0))
  return {
    epochsDone: 0,
    parameters,
    averaged: new Map([...parameters].map(([name, p]) => [name, { ...p, values: p.values.slice() }])),
    optimiser: initialAdamWState(parameters),
  }
}

/**
 * Trains in place for one epoch. Randomness comes from (seed, epoch) alone, so a run that was stopped and resumed
 * gives the same network.
 *
 * @param onStep called after every step with the running loss
 * @returns mean loss
 */
export function trainEpoch(
  architecture: Architecture,
  state: TrainState,
  examples: readonly Example[],
  shape: BatchShape,
  options: TrainOptions,
  normaliseAndFit: NormaliseAndFit,
  onStep: (report: EpochReport) => void,
): number {
  const epoch = state.epochsDone + 1
  const random = createRandom(options.seed, epoch)
  const stepsPerEpoch = Math.ceil(examples.length / shape.batchSize)
  const totalSteps = stepsPerEpoch * options.epochs
  const started = performance.now()
  let lossSum = 0
  let step = 0
  for (const batch of epochBatches(examples, shape, options.augment, normaliseAndFit, random)) {
    const { loss, gradients } = lossAndGradients(
      architecture,
      state.parameters,
      batch,
      shape,
      createRandom(random.below(2 ** 30)),
    )
    const rate = oneCycleLearningRate(state.optimiser.step / totalSteps, options.peakLearningRate)
    adamWStep(state.parameters, gradients, state.optimiser, rate, ADAMW_DEFAULTS)
    // Short memory at first, so that the average does not remember the random start.
    const decay = Math.min(options.emaDecay, (1 + state.optimiser.step) / (10 + state.optimiser.step))
    moveAverage(state.averaged, state.parameters, decay)
    lossSum += loss
    step += 1
    const secondsPerStep = (performance.now() - started) / 1000 / step
    onStep({ epoch, epochs: options.epochs, loss: lossSum / step, step, stepsPerEpoch, secondsPerStep })
  }
  state.epochsDone = epoch
  return lossSum / step
}

/** Copies parameters into tensors; the caller is inside a `tf.tidy` or disposes of them. */
export function weightTensors(parameters: ReadonlyMap<string, ParameterArray>): Weights {
  return Object.fromEntries([...parameters.values()].map((p) => [p.name, tf.tensor(p.values, [...p.shape])]))
}

export function lossAndGradients(
  architecture: Architecture,
  parameters: Map<string, ParameterArray>,
  batch: Batch,
  shape: BatchShape,
  random: Random,
): { loss: number; gradients: Map<string, Float32Array> } {
  const gradients = new Map<string, Float32Array>()
  const loss = tf.tidy(() => {
    const input = inputShapeOf(architecture, shape.frames, shape.coefficients)
    const x = tf.tensor(batch.inputs, [batch.size, ...input])
    const passes = forwardTraining(architecture, weightTensors(parameters), x, random)
    const logits = (passes.at(-1) as TrainingPass).output
    const { value, dLogits } = crossEntropy(logits, batch)
    let dOutput = dLogits
    for (let n = passes.length - 1; n >= 0; n--) {
      const { layer, statistics, ...pass } = passes[n] as TrainingPass
      const { dInput, parts } = pass.backward(dOutput, n > 0)
      dOutput.dispose()
      for (const [part, values] of Object.entries(parts)) gradients.set(`${layer.name}/${part}`, values)
      if (statistics) {
        follow(parameters.get(`${layer.name}/mean`), statistics.mean, BATCH_NORM_MOMENTUM)
        follow(parameters.get(`${layer.name}/variance`), statistics.variance, BATCH_NORM_MOMENTUM)
      }
      if (dInput) dOutput = dInput
    }
    return value
  })
  return { loss, gradients }
}

function follow(running: ParameterArray | undefined, fresh: Float32Array, momentum: number): void {
  if (!running) return
  for (let i = 0; i < fresh.length; i++) {
    running.values[i] = momentum * (running.values[i] as number) + (1 - momentum) * (fresh[i] as number)
  }
}

export function moveAverage(
  averaged: ReadonlyMap<string, ParameterArray>,
  parameters: ReadonlyMap<string, ParameterArray>,
  decay: number,
): void {
  for (const [name, { values }] of parameters) {
    const average = (averaged.get(name) as ParameterArray).values
    for (let i = 0; i < values.length; i++) {
      average[i] = decay * (average[i] as number) + (1 - decay) * (values[i] as number)
    }
  }
}

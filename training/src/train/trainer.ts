import * as tf from '@tensorflow/tfjs'
import { InputError } from '../../../src/errors.js'
import { inputShapeOf, type Architecture } from '../architectures/architecture.js'
import { neutralBySpeaker } from '../augment/copy-paste.js'
import { createRandom, type Random } from '../random.js'
import { ADAMW_DEFAULTS, adamWStep, initialAdamWState, type AdamWState } from './adamw.js'
import { epochBatches, type Batch, type BatchShape } from './batches.js'
import type { Example, NormaliseAndFit } from './example.js'
import { forwardTraining, type TrainingPass } from './forward.js'
import { batchLoss } from './loss.js'
import { initialParameters, weightTensors, type ParameterArray } from './parameters.js'
import type { Recipe } from './recipe.js'
import { drawEpoch } from './sampling.js'
import { oneCycleLearningRate } from './schedule.js'
import { teacherProbabilities, type TrainedNetwork } from './teacher.js'

/** What an epoch is made of. */
export interface TrainTask {
  readonly architecture: Architecture
  readonly shape: BatchShape
  readonly recipe: Recipe
  readonly seed: number
  readonly examples: readonly Example[]
  /** Index of the neutral class, from which CopyPaste takes; -1 if there is none. */
  readonly neutralLabel: number
  readonly teachers: readonly TrainedNetwork[]
  readonly normaliseAndFit: NormaliseAndFit
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
  /** Share of the (augmented) training inputs decided rightly. */
  readonly accuracy: number
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
 * @param onStep called after every step with the running means
 * @throws {InputError} `TRAINING_NO_EXAMPLES`
 */
export function trainEpoch(
  task: TrainTask,
  state: TrainState,
  onStep: (report: EpochReport) => void,
): EpochReport {
  const { recipe, shape, examples } = task
  const epoch = state.epochsDone + 1
  const random = createRandom(task.seed, epoch)
  const stepsPerEpoch = Math.ceil(examples.length / shape.batchSize)
  const totalSteps = stepsPerEpoch * recipe.epochs
  const neutral = neutralBySpeaker(examples, task.neutralLabel)
  const order = drawEpoch(examples, recipe.balance, random)
  const started = performance.now()
  let lossSum = 0
  let accuracySum = 0
  let step = 0
  let report: EpochReport | undefined
  for (const batch of epochBatches(order, neutral, shape, recipe.augment, task.normaliseAndFit, random)) {
    const dropoutRandom = createRandom(random.below(2 ** 30))
    const { loss, accuracy, gradients } = lossAndGradients(task, state.parameters, batch, dropoutRandom)
    const { peakLearningRate, warmUpShare, weightDecay } = recipe
    const rate = oneCycleLearningRate(state.optimiser.step / totalSteps, peakLearningRate, warmUpShare)
    adamWStep(state.parameters, gradients, state.optimiser, rate, { ...ADAMW_DEFAULTS, weightDecay })
    // Short memory at first, so that the average does not remember the random start.
    const decay = Math.min(recipe.emaDecay, (1 + state.optimiser.step) / (10 + state.optimiser.step))
    moveAverage(state.averaged, state.parameters, decay)
    lossSum += loss
    accuracySum += accuracy
    step += 1
    report = {
      epoch,
      epochs: recipe.epochs,
      loss: lossSum / step,
      accuracy: accuracySum / step,
      step,
      stepsPerEpoch,
      secondsPerStep: (performance.now() - started) / 1000 / step,
    }
    onStep(report)
  }
  state.epochsDone = epoch
  if (!report)
    throw new InputError('TRAINING_NO_EXAMPLES', 'no clip with speech and a known class to train on')
  return report
}

function lossAndGradients(
  { architecture, shape, recipe, teachers }: TrainTask,
  parameters: Map<string, ParameterArray>,
  batch: Batch,
  random: Random,
): { loss: number; accuracy: number; gradients: Map<string, Float32Array> } {
  const gradients = new Map<string, Float32Array>()
  const size = [shape.frames, shape.coefficients] as const
  const teacher =
    teachers.length === 0
      ? null
      : {
          probabilities: teacherProbabilities(
            teachers,
            batch.inputs,
            batch.size,
            size,
            recipe.teacherTemperature,
          ),
          temperature: recipe.teacherTemperature,
          weight: recipe.teacherWeight,
        }
  const result = { loss: 0, accuracy: 0, gradients }
  tf.tidy(() => {
    const x = tf.tensor(batch.inputs, [batch.size, ...inputShapeOf(architecture, ...size)])
    const passes = forwardTraining(architecture, weightTensors(parameters), x, random)
    const { output } = passes.at(-1) as TrainingPass
    const judged = batchLoss(output.dataSync<'float32'>(), batch, recipe.augment.labelSmoothing, teacher)
    result.loss = judged.value
    result.accuracy = judged.accuracy
    let dOutput = tf.tensor(judged.dLogits, output.shape)
    for (let n = passes.length - 1; n >= 0; n--) {
      const pass = passes[n] as TrainingPass
      const { dInput, parts } = pass.backward(dOutput, n > 0)
      dOutput.dispose()
      if (dInput) dOutput = dInput
      const { name } = pass.layer
      for (const [part, values] of Object.entries(parts)) gradients.set(`${name}/${part}`, values)
      if (pass.statistics) {
        follow(parameters.get(`${name}/mean`), pass.statistics.mean, BATCH_NORM_MOMENTUM)
        follow(parameters.get(`${name}/variance`), pass.statistics.variance, BATCH_NORM_MOMENTUM)
      }
    }
  })
  return result
}

function follow(running: ParameterArray | undefined, fresh: Float32Array, momentum: number): void {
  if (!running) return
  for (let i = 0; i < fresh.length; i++) {
    running.values[i] = momentum * (running.values[i] as number) + (1 - momentum) * (fresh[i] as number)
  }
}

function moveAverage(
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

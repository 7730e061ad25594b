import { InputError } from '../../../src/errors.js'
import { inputShapeOf, type Architecture } from '../architectures/architecture.js'
import { neutralBySpeaker } from '../augment/copy-paste.js'
import { heardVoices } from '../augment/voice-history.js'
import { asNetworkInput } from '../dataset/band-image.js'
import type { ActivationQuantizations } from '../quantize/quantization-aware.js'
import { createRandom, type Random } from '../random.js'
import { ADAMW_DEFAULTS, adamWStep, initialAdamWState, type AdamWState } from './adamw.js'
import {
  AUXILIARY_HEADS,
  AUXILIARY_PREFIX,
  auxiliaryGradient,
  auxiliaryParameters,
  weightOf,
  type AuxiliaryWeights,
} from './auxiliary.js'
import { backpropagate, type SideHead } from './backpropagate.js'
import { augmentFor, epochBatches, type Batch, type BatchShape } from './batches.js'
import type { Example, NormaliseAndFit } from './example.js'
import { batchLoss, type BatchLoss } from './loss.js'
import { initialParameters, type ParameterArray } from './parameters.js'
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
  /** Indices of the classes that a device learns a voice from. */
  readonly neutralLabels: readonly number[]
  readonly teachers: readonly TrainedNetwork[]
  readonly normaliseAndFit: NormaliseAndFit
  /** Layers at the start that stay as they are (default: none). */
  readonly frozenLayers?: number
  /** In quantisation-aware training: the activations' quantisation. */
  readonly quantizations?: ActivationQuantizations | null
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

export function initialTrainState(
  architecture: Architecture,
  shape: BatchShape,
  seed: number,
  auxiliary: AuxiliaryWeights = { sexWeight: 0, intensityWeight: 0 },
): TrainState {
  const input = inputShapeOf(architecture, shape.frames, shape.coefficients)
  const random = createRandom(seed, 0)
  const parameters = initialParameters(architecture, input, random)
  for (const head of auxiliaryParameters(architecture, input, auxiliary, random)) {
    parameters.set(head.name, head)
  }
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
  // Only MFCCs are normalised by what was heard before.
  const hearsMfccs = (task.architecture.front ?? 'mfcc') === 'mfcc'
  const voices = heardVoices(hearsMfccs ? examples : [], task.neutralLabels)
  const toInput = asNetworkInput(task.architecture, state.parameters, task.normaliseAndFit)
  const order = drawEpoch(examples, recipe.balance, random)
  const augment = augmentFor(task.architecture.front, recipe.augment)
  const started = performance.now()
  let lossSum = 0
  let accuracySum = 0
  let step = 0
  let report: EpochReport | undefined
  for (const batch of epochBatches(order, { neutral, voices }, shape, augment, toInput, random)) {
    const dropoutRandom = createRandom(random.below(2 ** 30))
    const {
      value: loss,
      accuracy,
      gradients,
    } = lossAndGradients(task, state.parameters, batch, dropoutRandom)
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
  { architecture, shape, recipe, teachers, frozenLayers = 0, quantizations = null }: TrainTask,
  parameters: Map<string, ParameterArray>,
  batch: Batch,
  random: Random,
): BatchLoss & { gradients: Map<string, Float32Array> } {
  const size = [shape.frames, shape.coefficients] as const
  const { teacherWeight: weight, teacherTemperature: temperature } = recipe
  const teacher =
    teachers.length === 0
      ? null
      : {
          probabilities: teacherProbabilities(teachers, batch.inputs, batch.size, size, temperature),
          temperature,
          weight,
        }
  const inputs = { values: batch.inputs, shape: [batch.size, ...inputShapeOf(architecture, ...size)] }
  const { labelSmoothing } = recipe.augment
  return backpropagate(
    architecture,
    parameters,
    inputs,
    random,
    (logits) => batchLoss(logits, batch, labelSmoothing, teacher, architecture.loss),
    { frozenLayers, quantizations, heads: quantizations ? [] : sideHeads(recipe.auxiliary, batch) },
  )
}

function sideHeads(weights: AuxiliaryWeights, batch: Batch): SideHead[] {
  return AUXILIARY_HEADS.filter((head) => weightOf(head, weights) > 0).map((head) => ({
    name: `${AUXILIARY_PREFIX}${head.name}`,
    gradientOf: (logits) => auxiliaryGradient(head, logits, batch, weightOf(head, weights)),
  }))
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

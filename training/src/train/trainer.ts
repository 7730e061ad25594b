import * as tf from '@tensorflow/tfjs'
import type { Architecture } from '../architectures/architecture.js'
import { createRandom } from '../random.js'
import { ADAMW_DEFAULTS, adamWStep, initialAdamWState, type AdamWState } from './adamw.js'
import {
  epochBatches,
  type AugmentOptions,
  type BatchShape,
  type Example,
  type NormaliseAndFit,
} from './batches.js'
import { forward, type Weights } from './forward.js'
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
  const input = [shape.frames, shape.coefficients, 1] as const
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
      random.below(2 ** 30),
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
  batch: { inputs: Float32Array; targets: Float32Array; size: number },
  shape: BatchShape,
  dropoutSeed: number,
): { loss: number; gradients: Map<string, Float32Array> } {
  const trained = [...parameters.values()].filter((p) => p.isTrained)
  const gradients = new Map<string, Float32Array>()
  const loss = tf.tidy(() => {
    const x = tf.tensor4d(batch.inputs, [batch.size, shape.frames, shape.coefficients, 1])
    const targets = tf.tensor2d(batch.targets, [batch.size, shape.labels])
    const statistics: { layer: string; mean: tf.Tensor; variance: tf.Tensor }[] = []
    const lossOf = (...tensors: tf.Tensor[]): tf.Scalar => {
      const weights = Object.fromEntries(trained.map((p, i) => [p.name, tensors[i] as tf.Tensor]))
      const logits = forward(architecture, weights, x, {
        kind: 'training',
        dropoutSeed,
        statistics: (layer, mean, variance) =>
          statistics.push({ layer, mean: tf.keep(mean), variance: tf.keep(variance) }),
      })
      return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)))
    }
    const inputs = trained.map((p) => tf.tensor(p.values, [...p.shape]))
    const { value, grads } = tf.valueAndGrads(lossOf)(inputs)
    trained.forEach((p, i) => gradients.set(p.name, (grads[i] as tf.Tensor).dataSync() as Float32Array))
    for (const { layer, mean, variance } of statistics) {
      follow(parameters.get(`${layer}/mean`), mean, BATCH_NORM_MOMENTUM)
      follow(parameters.get(`${layer}/variance`), variance, BATCH_NORM_MOMENTUM)
      tf.dispose([mean, variance])
    }
    return value.dataSync()[0] as number
  })
  return { loss, gradients }
}

function follow(running: ParameterArray | undefined, batchValue: tf.Tensor, momentum: number): void {
  if (!running) return
  const fresh = batchValue.dataSync()
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

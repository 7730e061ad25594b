import { createRandom } from '../random.js'
import { ADAMW_DEFAULTS, adamWStep } from '../train/adamw.js'
import { backpropagate } from '../train/backpropagate.js'
import type { BatchShape } from '../train/batches.js'
import { oneCycleLearningRate } from '../train/schedule.js'
import { addCrossEntropy } from '../train/loss.js'
import { moveAverage, type TrainState } from '../train/trainer.js'
import { drawScene, type SceneMaterial } from './scene.js'
import { VAD_ARCHITECTURE, VAD_INPUT_SHAPE } from './vad-architecture.js'
import { measureScene, vadBatches, type VadBatch } from './vad-examples.js'

export interface VadTrainOptions {
  readonly epochs: number
  /** Fresh ones each epoch. */
  readonly scenesPerEpoch: number
  /** How often an epoch goes over its scenes. */
  readonly passes: number
  readonly batchSize: number
  readonly seed: number
  readonly peakLearningRate: number
  readonly emaDecay: number
}

export interface VadProgress {
  readonly epoch: number
  readonly loss: number
  readonly steps: number
}

export function vadBatchShape(batchSize: number): BatchShape {
  const [frames, coefficients] = VAD_INPUT_SHAPE
  return { batchSize, frames, coefficients, labels: 2 }
}

/**
 * Trains in place for one epoch on scenes of its own. Randomness comes from (seed, epoch) alone, so a run that was
 * stopped and resumed gives the same network.
 *
 * @param onProgress called after every scene that was drawn and every step of training
 */
export function trainVadEpoch(
  state: TrainState,
  material: SceneMaterial,
  options: VadTrainOptions,
  onProgress: (what: 'scene' | 'step', done: number, total: number) => void,
): VadProgress {
  const epoch = state.epochsDone + 1
  const random = createRandom(options.seed, epoch)
  const scenes = Array.from({ length: options.scenesPerEpoch }, (_, n) => {
    const measured = measureScene(drawScene(material, random))
    onProgress('scene', n + 1, options.scenesPerEpoch)
    return measured
  })
  const usable = scenes.reduce((sum, scene) => sum + scene.usable.length, 0)
  const stepsPerEpoch = options.passes * Math.floor(usable / options.batchSize)
  let lossSum = 0
  let steps = 0
  for (let pass = 0; pass < options.passes; pass++) {
    for (const batch of vadBatches(scenes, options.batchSize, random)) {
      const inputs = { values: batch.inputs, shape: [batch.size, ...VAD_INPUT_SHAPE] }
      const { loss, gradients } = backpropagate(
        VAD_ARCHITECTURE,
        state.parameters,
        inputs,
        random,
        (logits) => meanCrossEntropy(logits, batch),
      )
      const progress = (state.epochsDone + steps / stepsPerEpoch) / options.epochs
      const rate = oneCycleLearningRate(progress, options.peakLearningRate)
      adamWStep(state.parameters, gradients, state.optimiser, rate, ADAMW_DEFAULTS)
      const decay = Math.min(options.emaDecay, (1 + state.optimiser.step) / (10 + state.optimiser.step))
      moveAverage(state.averaged, state.parameters, decay)
      lossSum += loss
      onProgress('step', ++steps, stepsPerEpoch)
    }
  }
  state.epochsDone = epoch
  return { epoch, loss: lossSum / steps, steps }
}

function meanCrossEntropy(
  logits: Float32Array,
  { targets, size }: VadBatch,
): { loss: number; dLogits: Float32Array } {
  const dLogits = new Float32Array(logits.length)
  let loss = 0
  for (let i = 0; i < logits.length; i += 2) {
    const target = targets.subarray(i, i + 2)
    loss += addCrossEntropy(logits.subarray(i, i + 2), target, null, 1 / size, 1, dLogits.subarray(i, i + 2))
  }
  return { loss, dLogits }
}

import { existsSync, readFileSync, statSync } from 'node:fs'
import { ConfigError, InputError } from '../../../src/errors.js'
import { inputShapeOf, type Architecture } from '../architectures/architecture.js'
import { decodeFloatWeights } from '../evaluate/float-weights.js'
import { asNetworkInput } from '../dataset/band-image.js'
import { frontEndOf } from '../dataset/front-end.js'
import { DROPPED_SHARE } from '../quantize/quantize-network.js'
import {
  activationQuantizations,
  foldInPlace,
  type ActivationQuantizations,
} from '../quantize/quantization-aware.js'
import { createRandom } from '../random.js'
import type { Example } from './example.js'
import type { Parameters } from './parameters.js'
import { loadRun } from './run.js'
import type { TrainState } from './trainer.js'

/** Clips whose activations set the ranges of quantisation-aware training. */
const CALIBRATION_CLIPS = 256

/**
 * A network that was trained before: the averaged weights of a run's folder, or a file of float weights.
 *
 * @throws {InputError} `TRAINING_NO_RUN`, `TRAINING_FLOAT_WEIGHTS`
 */
function trainedBefore(path: string): { readonly architecture: string; readonly parameters: Parameters } {
  if (!existsSync(path)) {
    throw new InputError('TRAINING_NO_RUN', `${path} does not exist; give a run's folder or float weights`)
  }
  if (!statSync(path).isDirectory()) return decodeFloatWeights(readFileSync(path))
  const { run, state } = loadRun(path)
  return { architecture: run.architecture, parameters: state.averaged }
}

/**
 * Starts a state from what was trained before, in place. Arrays of another shape (other outputs) and ones that are
 * not there (auxiliary heads) keep their fresh start.
 *
 * @returns names of the arrays that do
 * @throws {InputError} `TRAINING_FLOAT_WEIGHTS` if it is of another architecture
 */
export function startFrom(path: string, { name: wanted }: Architecture, state: TrainState): string[] {
  const { architecture, parameters } = trainedBefore(path)
  if (architecture !== wanted) {
    throw new InputError(
      'TRAINING_FLOAT_WEIGHTS',
      `${path} holds a network of '${architecture}', not of '${wanted}'`,
    )
  }
  const fresh: string[] = []
  for (const [name, { values, shape }] of state.parameters) {
    const source = parameters.get(name)
    if (source?.shape.join() !== shape.join()) {
      fresh.push(name)
      continue
    }
    values.set(source.values)
    state.averaged.get(name)?.values.set(source.values)
  }
  return fresh
}

/**
 * Number of layers at the start that stay as they are, if the last `trained` layers with weights are to learn.
 *
 * @throws {ConfigError} `TRAINING_BAD_ARCHITECTURE` for an ensemble
 */
export function frozenLayersOf(architecture: Architecture, trained: number): number {
  if (architecture.members) {
    throw new ConfigError('TRAINING_BAD_ARCHITECTURE', 'layers of an ensemble cannot be frozen')
  }
  const withWeights = architecture.layers.flatMap((layer, n) =>
    ['conv2d', 'dense', 'lstm', 'gru', 'batch_norm'].includes(layer.op) ? [n] : [],
  )
  return withWeights.at(-Math.max(1, trained)) ?? 0
}

/**
 * Makes a state ready for quantisation-aware training: its normalisations are folded in, and the quantisation of its
 * activations is taken from training inputs.
 *
 * @throws {ConfigError} `TRAINING_NOT_QUANTIZABLE`
 */
export function prepareForInt8(
  architecture: Architecture,
  state: TrainState,
  examples: readonly Example[],
  seed: number,
): ActivationQuantizations {
  if (architecture.members || architecture.layers.some(({ op }) => !INT8_OPS.has(op))) {
    throw new ConfigError(
      'TRAINING_NOT_QUANTIZABLE',
      `'${architecture.name}' has no int8 form, so it cannot be trained for it`,
    )
  }
  foldInPlace(architecture, state.parameters)
  foldInPlace(architecture, state.averaged)
  const front = frontEndOf(architecture)
  const toInput = asNetworkInput(architecture, state.averaged, front.normaliseAndFit)
  const inputs = createRandom(seed, 1_000_003)
    .shuffle([...examples])
    .slice(0, CALIBRATION_CLIPS)
    .flatMap((example) => example.variants[0] ?? [])
    .map((window) => {
      const input = new Float32Array(front.frames * front.coefficients)
      toInput(window.mfcc, window.frames, input)
      return input
    })
  const shape = inputShapeOf(architecture, front.frames, front.coefficients)
  return activationQuantizations(architecture, state.averaged, shape, inputs, DROPPED_SHARE)
}

const INT8_OPS: ReadonlySet<string> = new Set(['conv2d', 'avg_pool2d', 'stats_pool', 'dropout', 'dense'])

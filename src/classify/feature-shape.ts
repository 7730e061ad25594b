import { ModelError } from '../errors.js'
import { FEATURE_PARAMS } from '../features/feature-params.js'
import type { ModelManifest } from '../nn/manifest.js'

/** Frames × coefficients of a network's input. */
export interface FeatureShape {
  readonly inputFrames: number
  readonly inputCoefficients: number
}

/**
 * The MFCC matrix that a network takes.
 *
 * @throws {ModelError} MODEL_SHAPE if it takes something else
 */
export function featureShapeOf({ id, input }: Pick<ModelManifest, 'id' | 'input'>): FeatureShape {
  const { decisionFrames, nMfcc } = FEATURE_PARAMS
  // A 1-D network takes the coefficients as channels; row-major, that is the same matrix.
  const [inputFrames, width, channels] = input.shape
  const inputCoefficients = width * channels
  if (inputFrames === decisionFrames && inputCoefficients === nMfcc) return { inputFrames, inputCoefficients }
  throw new ModelError(
    'MODEL_SHAPE',
    `model ${id} takes ${inputFrames} × ${inputCoefficients} values, the features are ${decisionFrames} × ${nMfcc}`,
  )
}

import { ShapeError } from '../errors.js'
import { FEATURE_PARAMS, type FeatureParams } from './feature-params.js'
import { fitFramesInto } from './fit-frames.js'
import { frameCount } from './framing.js'
import { createMfccExtractor } from './mfcc.js'
import { normaliseInto } from './normalise.js'

/** Fewer frames than this (212 ms) have no mean and variance worth the name. */
export const MIN_MODEL_FRAMES = 10

/** Holds scratch buffers that grow to the longest window seen: one a thread of work, not re-entrant. */
export interface ModelInput {
  readonly params: FeatureParams
  /** decisionFrames × nMfcc. */
  readonly length: number
  /**
   * @param samples one decision window, full scale = 1, finite; not retained
   * @param out     row-major [decisionFrames × nMfcc], overwritten, owned by the caller
   * @returns false, with `out` untouched, if the window has fewer than MIN_MODEL_FRAMES frames
   * @throws {ShapeError} if `out` has another length
   */
  modelInputInto(samples: Float32Array, out: Float32Array): boolean
}

/**
 * The network's input from the audio of a decision window: MFCCs of its whole frames, normalised over all of them,
 * then fitted to the network's number of frames. Training and device both use this and nothing else.
 */
export function createModelInput(params: FeatureParams = FEATURE_PARAMS): ModelInput {
  const extractor = createMfccExtractor(params)
  const length = params.decisionFrames * params.nMfcc
  let scratch = new Float32Array(length)
  return {
    params,
    length,
    modelInputInto(samples, out) {
      if (out.length !== length) throw new ShapeError('model input', length, out.length)
      const frames = frameCount(samples.length, params)
      if (frames < MIN_MODEL_FRAMES) return false
      if (scratch.length < frames * params.nMfcc) scratch = new Float32Array(frames * params.nMfcc)
      extractor.extractInto(samples, scratch)
      normaliseInto(scratch, frames, params.nMfcc, scratch)
      fitFramesInto(scratch, frames, params.nMfcc, params.decisionFrames, out)
      return true
    },
  }
}

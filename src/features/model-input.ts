import { ShapeError } from '../errors.js'
import { FEATURE_PARAMS, type FeatureParams } from './feature-params.js'
import type { FeatureStatistics } from './feature-statistics.js'
import { fitFramesInto } from './fit-frames.js'
import { frameCount } from './framing.js'
import { createMfccExtractor, fastestMfcc, type MfccKernelFactory } from './mfcc.js'
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
   * @param history what was heard of this voice before, by which the window is normalised too; of no frames: cold
   * @param own     of nMfcc coefficients, overwritten with the window's own statistics; not `history`
   * @returns false, with nothing written, if the window has fewer than MIN_MODEL_FRAMES frames
   * @throws {ShapeError} if `out`, `history` or `own` has another length
   */
  modelInputInto(
    samples: Float32Array,
    out: Float32Array,
    history?: Readonly<FeatureStatistics>,
    own?: FeatureStatistics,
  ): boolean
  /** Overwrites what the last window left in scratch. */
  wipe(): void
}

/**
 * The network's input from the audio of a decision window: MFCCs of its whole frames, normalised over all of them
 * and the history's, then fitted to the network's number of frames. Training and device both use this and nothing else.
 *
 * @param createKernel default: the fastest that there is
 */
export function createModelInput(
  params: FeatureParams = FEATURE_PARAMS,
  createKernel: MfccKernelFactory = fastestMfcc(),
): ModelInput {
  const extractor = createMfccExtractor(params, createKernel)
  const length = params.decisionFrames * params.nMfcc
  let scratch = new Float32Array(length)
  return {
    params,
    length,
    modelInputInto(samples, out, history, own) {
      if (out.length !== length) throw new ShapeError('model input', length, out.length)
      checkStatistics('history', history, params.nMfcc)
      checkStatistics('window statistics', own, params.nMfcc)
      const frames = frameCount(samples.length, params)
      if (frames < MIN_MODEL_FRAMES) return false
      if (scratch.length < frames * params.nMfcc) {
        scratch.fill(0)
        scratch = new Float32Array(frames * params.nMfcc)
      }
      extractor.extractInto(samples, scratch)
      normaliseInto(scratch, frames, params.nMfcc, scratch, history, own)
      fitFramesInto(scratch, frames, params.nMfcc, params.decisionFrames, out)
      return true
    },
    wipe() {
      scratch.fill(0)
      extractor.wipe()
    },
  }
}

function checkStatistics(what: string, statistics: FeatureStatistics | undefined, nMfcc: number): void {
  if (statistics === undefined) return
  const { mean, variance } = statistics
  if (mean.length !== nMfcc) throw new ShapeError(`mean of the ${what}`, nMfcc, mean.length)
  if (variance.length !== nMfcc) throw new ShapeError(`variance of the ${what}`, nMfcc, variance.length)
}

import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { fitFramesInto } from '../../../src/features/fit-frames.js'
import { normaliseInto } from '../../../src/features/normalise.js'
import type { NormaliseAndFit } from '../train/example.js'

/** The last two steps of the device's `ModelInput`, for MFCCs that are at hand already. */
export function createNormaliseAndFit(): NormaliseAndFit {
  let scratch = new Float32Array(0)
  const { nMfcc, decisionFrames } = FEATURE_PARAMS
  return (mfcc, frames, out, history) => {
    if (scratch.length < mfcc.length) scratch = new Float32Array(mfcc.length)
    normaliseInto(mfcc, frames, nMfcc, scratch, history)
    fitFramesInto(scratch, frames, nMfcc, decisionFrames, out)
  }
}

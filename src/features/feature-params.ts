/**
 * Everything the values of an MFCC matrix depend on. Frozen: a model names the hash of the params it was trained
 * with and is refused by code whose hash differs, so features cannot skew between training and device.
 */
export interface FeatureParams {
  /** Raised when the arithmetic changes while the numbers below stay. */
  readonly version: number
  readonly sampleRateHz: number
  readonly frameLengthSamples: number
  readonly hopSamples: number
  readonly nFft: number
  readonly preEmphasis: number
  readonly window: 'hann-periodic'
  readonly melScale: 'slaney'
  readonly nMels: number
  readonly fMinHz: number
  readonly fMaxHz: number
  /** Mel power below this (full scale = 1) is raised to it: an absolute floor, never one relative to the clip. */
  readonly powerFloor: number
  readonly nMfcc: number
  readonly dct: 'ortho-2'
  /** Each coefficient to zero mean and unit variance over the decision window and what was heard of the voice before. */
  readonly normalisation: 'running-mean-variance'
  /** Frames the network sees: a longer window keeps its last ones, a shorter one is repeated from its start. */
  readonly decisionFrames: number
}

export const FEATURE_PARAMS: FeatureParams = Object.freeze({
  version: 2,
  sampleRateHz: 16_000,
  frameLengthSamples: 512,
  hopSamples: 320,
  nFft: 512,
  preEmphasis: 0.97,
  window: 'hann-periodic',
  melScale: 'slaney',
  nMels: 64,
  fMinHz: 50,
  fMaxHz: 7600,
  powerFloor: 1e-12,
  nMfcc: 40,
  dct: 'ortho-2',
  normalisation: 'running-mean-variance',
  decisionFrames: 148,
})

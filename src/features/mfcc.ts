import { InternalError, ShapeError } from '../errors.js'
import { createDct } from './dct.js'
import { FEATURE_PARAMS, type FeatureParams } from './feature-params.js'
import { frameCount } from './framing.js'
import { flooredLogInto } from './log-f32.js'
import { createMelFilterbank } from './mel-filterbank.js'
import { createPowerSpectrum } from './power-spectrum.js'

/** MFCCs of a whole signal. */
export interface MfccMatrix {
  /** Row-major [frames × nMfcc]. */
  readonly data: Float32Array
  readonly frames: number
}

/** Holds scratch buffers: one extractor a thread of work, not re-entrant. */
export interface MfccExtractor {
  readonly params: FeatureParams
  /**
   * One frame: samples [offset, offset + frameLengthSamples).
   *
   * @param samples full scale = 1, finite; not retained
   * @param out     nMfcc values are written from `outOffset` (default 0) on; owned by the caller
   */
  frameInto(samples: Float32Array, offset: number, out: Float32Array, outOffset?: number): void
  /**
   * Every whole frame of a signal.
   *
   * @param out row-major [≥ frameCount × nMfcc], overwritten, owned by the caller
   * @returns the number of frames written
   * @throws {ShapeError} if `out` is too short
   */
  extractInto(samples: Float32Array, out: Float32Array): number
  extract(samples: Float32Array): MfccMatrix
  /**
   * The log-mel energies that the MFCCs of a frame come from: ln of mel power (full scale = 1), floored.
   *
   * @param out shape [nMels], overwritten, owned by the caller
   */
  logMelInto(samples: Float32Array, offset: number, out: Float32Array): void
}

/**
 * Mel-frequency cepstral coefficients, stateless from frame to frame: pre-emphasis, periodic Hann, FFT, one-sided
 * power, mel filters, absolute floor, natural logarithm, orthonormal DCT-II. Float32 with pinned constants and a
 * pinned order of every sum, so that any implementation gives the same bits: docs/decisions/0001.
 *
 * @throws {InternalError} INTERNAL_FEATURE_PARAMS if the params contradict each other
 * @see Davis & Mermelstein 1980; mel scale after Slaney 1998
 */
export function createMfccExtractor(params: FeatureParams = FEATURE_PARAMS): MfccExtractor {
  checkParams(params)
  const spectrum = createPowerSpectrum(params)
  const filterbank = createMelFilterbank(params)
  const dct = createDct(params.nMels, params.nMfcc)
  const power = new Float32Array(spectrum.nBins)
  const logMel = new Float32Array(params.nMels)

  function logMelInto(samples: Float32Array, offset: number, out: Float32Array): void {
    spectrum.frameInto(samples, offset, power)
    filterbank.applyInto(power, out)
    flooredLogInto(out, params.powerFloor, out)
  }

  function frameInto(samples: Float32Array, offset: number, out: Float32Array, outOffset = 0): void {
    logMelInto(samples, offset, logMel)
    dct.applyInto(logMel, out, outOffset)
  }

  function extractInto(samples: Float32Array, out: Float32Array): number {
    const frames = frameCount(samples.length, params)
    const needed = frames * params.nMfcc
    if (out.length < needed) throw new ShapeError('MFCC matrix', needed, out.length)
    for (let k = 0; k < frames; k++) frameInto(samples, k * params.hopSamples, out, k * params.nMfcc)
    return frames
  }

  return {
    params,
    frameInto,
    extractInto,
    extract(samples) {
      const data = new Float32Array(frameCount(samples.length, params) * params.nMfcc)
      return { data, frames: extractInto(samples, data) }
    },
    logMelInto,
  }
}

function checkParams(p: FeatureParams): void {
  const requirements: [boolean, string][] = [
    [p.hopSamples >= 1 && p.hopSamples <= p.frameLengthSamples, 'hopSamples must be 1 … frameLengthSamples'],
    [p.frameLengthSamples <= p.nFft, 'frameLengthSamples must be at most nFft'],
    [p.nMfcc >= 1 && p.nMfcc <= p.nMels, 'nMfcc must be 1 … nMels'],
    [p.fMinHz >= 0 && p.fMinHz < p.fMaxHz && p.fMaxHz <= p.sampleRateHz / 2, 'fMinHz < fMaxHz ≤ Nyquist'],
    [p.powerFloor >= 2 ** -126, 'powerFloor must be a positive normal float32'],
  ]
  const broken = requirements.filter(([holds]) => !holds).map(([, rule]) => rule)
  if (broken.length > 0)
    throw new InternalError('INTERNAL_FEATURE_PARAMS', `feature params: ${broken.join('; ')}`)
}

import { InternalError, ShapeError } from '../errors.js'
import { FEATURE_PARAMS, type FeatureParams } from './feature-params.js'
import { frameCount } from './framing.js'
import { referenceMfcc } from './reference-mfcc.js'
import { loadWasmMfcc } from './wasm/wasm-mfcc.js'

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
  /** Overwrites what samples and features left in scratch. */
  wipe(): void
}

/** The arithmetic of an extractor. Every kernel gives the same bits. */
export interface MfccKernel {
  /** Frames `hopSamples` apart, the first at `offset`; `frames` × nMfcc values are written from `outOffset` on. */
  framesInto(
    samples: Float32Array,
    offset: number,
    frames: number,
    out: Float32Array,
    outOffset: number,
  ): void
  /** As `MfccExtractor.logMelInto`. */
  logMelInto(samples: Float32Array, offset: number, out: Float32Array): void
  /** As `MfccExtractor.wipe`. */
  wipe(): void
}

/** @returns null for params that it cannot do */
export type MfccKernelFactory = (params: FeatureParams) => MfccKernel | null

/**
 * Mel-frequency cepstral coefficients, stateless from frame to frame: pre-emphasis, periodic Hann, FFT, one-sided
 * power, mel filters, absolute floor, natural logarithm, orthonormal DCT-II. Float32 with pinned constants and a
 * pinned order of every sum, so that any implementation gives the same bits: docs/decisions/0001.
 *
 * @param createKernel default: the fastest that there is
 * @throws {InternalError} INTERNAL_FEATURE_PARAMS if the params contradict each other
 * @see Davis & Mermelstein 1980; mel scale after Slaney 1998
 */
export function createMfccExtractor(
  params: FeatureParams = FEATURE_PARAMS,
  createKernel: MfccKernelFactory = fastestMfcc(),
): MfccExtractor {
  checkParams(params)
  const kernel = createKernel(params) ?? referenceMfcc(params)

  function extractInto(samples: Float32Array, out: Float32Array): number {
    const frames = frameCount(samples.length, params)
    const needed = frames * params.nMfcc
    if (out.length < needed) throw new ShapeError('MFCC matrix', needed, out.length)
    kernel.framesInto(samples, 0, frames, out, 0)
    return frames
  }

  return {
    params,
    frameInto(samples, offset, out, outOffset = 0) {
      kernel.framesInto(samples, offset, 1, out, outOffset)
    },
    extractInto,
    extract(samples) {
      const data = new Float32Array(frameCount(samples.length, params) * params.nMfcc)
      return { data, frames: extractInto(samples, data) }
    },
    logMelInto: kernel.logMelInto,
    wipe: kernel.wipe,
  }
}

let fastest: MfccKernelFactory | undefined

/** WASM SIMD where this Node has it and the package holds it, otherwise the plain reference: the same bits. */
export function fastestMfcc(): MfccKernelFactory {
  fastest ??= loadWasmMfcc() ?? referenceMfcc
  return fastest
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

import { flooredLogInto } from '../features/log-f32.js'
import { N_BANDS } from './bands.js'
import type { FrameCues } from './frame-cues.js'
import { levelDbfs } from './level.js'

/**
 * Everything the detector network's input depends on beside the arithmetic. Frozen: the model names the hash and is
 * refused by code whose hash differs. Raise `version` when the arithmetic of the gate's measures changes.
 */
export const VAD_FEATURE_PARAMS = Object.freeze({
  kind: 'gate-frame-cues',
  version: 1,
  bands: N_BANDS,
  minBandPower: 1e-11,
  minFrameLevelDbfs: -100,
  peakDecayDbPerFrame: 0.1,
  /** The present frame last in each group: frames averaged into each row of the input, newest row first. */
  contextFrames: Object.freeze([1, 1, 1, 1, 1, 2, 3, 4, 6, 8, 12, 20]),
})

/** SNR of each band, shape of the spectrum, voicing, level over the background, level under the recent peak. */
export const VAD_FEATURES = 2 * N_BANDS + 3

/** Rows of the network's input. */
export const VAD_CONTEXT_ROWS = VAD_FEATURE_PARAMS.contextFrames.length

/** Frames that the input reaches over: 1.2 s. */
export const VAD_CONTEXT_FRAMES = VAD_FEATURE_PARAMS.contextFrames.reduce((sum, frames) => sum + frames, 0)

/** Natural logarithms of the bands, each floored first. */
export interface BandLogs {
  /** Written by the owner, replaced by its logarithms, shape [N_BANDS]. */
  readonly values: Float32Array
  apply(): void
}

export function referenceBandLogs(): BandLogs {
  const values = new Float32Array(N_BANDS)
  return { values, apply: () => flooredLogInto(values, VAD_FEATURE_PARAMS.minBandPower, values) }
}

/** Turns the cues of each frame into the features of one, none of which changes with the gain of the microphone. */
export interface VadFeatureMeter {
  /**
   * @param noiseDbfs background's level
   * @param out       VAD_FEATURES values are written from `offset` on; all within about −2 … 2.5
   */
  measureInto(cues: FrameCues, noiseDbfs: number, out: Float32Array, offset: number): void
  reset(): void
}

/** @param createBandLogs default: the plain ones */
export function createVadFeatureMeter(createBandLogs: () => BandLogs = referenceBandLogs): VadFeatureMeter {
  const { minFrameLevelDbfs, peakDecayDbPerFrame } = VAD_FEATURE_PARAMS
  let peakDbfs: number = minFrameLevelDbfs
  const power = createBandLogs()
  const noise = createBandLogs()

  return {
    measureInto({ acPower, bandPower, bandNoise, voicing }, noiseDbfs, out, offset) {
      power.values.set(bandPower)
      power.apply()
      noise.values.set(bandNoise)
      noise.apply()
      let sum = 0
      for (let b = 0; b < N_BANDS; b++) {
        const log = power.values[b]
        // Without an estimate yet, the frame is its own background.
        const snr = bandNoise[b] === Infinity ? 0 : log - noise.values[b]
        out[offset + b] = clamp(snr, -2, 8) / 4
        out[offset + N_BANDS + b] = log
        sum += log
      }
      const mean = sum / N_BANDS
      for (let i = offset + N_BANDS; i < offset + 2 * N_BANDS; i++) out[i] = clamp(out[i] - mean, -6, 6) / 3
      const level = Math.max(minFrameLevelDbfs, levelDbfs(acPower))
      peakDbfs = Math.max(level, peakDbfs - peakDecayDbPerFrame)
      const at = offset + 2 * N_BANDS
      out[at] = 2 * voicing - 1
      out[at + 1] = clamp(level - Math.max(minFrameLevelDbfs, noiseDbfs), -5, 40) / 20
      out[at + 2] = 1 + clamp(level - peakDbfs, -60, 0) / 20
    },
    reset() {
      peakDbfs = minFrameLevelDbfs
      power.values.fill(0)
      noise.values.fill(0)
    },
  }
}

/**
 * The network's input at a frame: rows of single frames near it and of means further back, newest first, so that a
 * second of the past costs twelve rows. What lies before the first frame is taken to be like it.
 *
 * @param features row-major [frames × VAD_FEATURES]
 * @param frame    the present one
 * @param out      row-major [VAD_CONTEXT_ROWS × VAD_FEATURES] from `offset` on, overwritten, owned by the caller
 */
export function vadContextInto(features: Float32Array, frame: number, out: Float32Array, offset = 0): void {
  let newest = frame
  let to = offset
  for (const frames of VAD_FEATURE_PARAMS.contextFrames) {
    for (let f = 0; f < VAD_FEATURES; f++) {
      let sum = 0
      for (let n = 0; n < frames; n++) sum += features[Math.max(0, newest - n) * VAD_FEATURES + f]
      out[to++] = sum / frames
    }
    newest -= frames
  }
}

/** The features of the last frames, and the network's input from them. */
export interface VadContext {
  /** Row-major [VAD_CONTEXT_FRAMES × VAD_FEATURES], filled by the owner. */
  readonly features: Float32Array
  /**
   * @param frame the present one, an index into `features`
   * @returns row-major [VAD_CONTEXT_ROWS × VAD_FEATURES], overwritten by the next
   */
  at(frame: number): Float32Array
  /** Overwrites the features and the input. */
  wipe(): void
}

export function referenceVadContext(): VadContext {
  const features = new Float32Array(VAD_CONTEXT_FRAMES * VAD_FEATURES)
  const context = new Float32Array(VAD_CONTEXT_ROWS * VAD_FEATURES)
  return {
    features,
    at(frame) {
      vadContextInto(features, frame, context)
      return context
    },
    wipe() {
      features.fill(0)
      context.fill(0)
    },
  }
}

function clamp(x: number, min: number, max: number): number {
  return x < min ? min : x > max ? max : x
}

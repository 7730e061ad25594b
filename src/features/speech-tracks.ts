import { intensityTrackDbfs } from './intensity.js'
import { PITCH_PARAMS, type PitchParams } from './pitch-params.js'
import { pitchTrack } from './pitch-track.js'
import { createPowerSpectrum } from './power-spectrum.js'
import { alphaRatioDb } from './spectral-shape.js'

/** What long-term prosody is made of, one value a frame of 40 ms every 10 ms. */
export interface SpeechTracks {
  readonly intensityDbfs: Float32Array
  /** 0 where unvoiced; taken at every second frame, and the same at the next. */
  readonly f0Hz: Float32Array
  /** Alpha ratio, dB; NaN where it was not taken: unvoiced frames, and every second one. */
  readonly tiltDb: Float32Array
}

/** Samples that the next piece repeats of the one before, so that frames go on as if it were one piece. */
export const TRACK_OVERLAP_SAMPLES = PITCH_PARAMS.frameLengthSamples - PITCH_PARAMS.hopSamples

export const TRACK_HOP_S = PITCH_PARAMS.hopSamples / PITCH_PARAMS.sampleRateHz

const N_FFT = 1024
const BIN_HZ = PITCH_PARAMS.sampleRateHz / N_FFT
/** Pitch and tilt change slowly: half the frames are half the cost. */
const EVERY = 2
const SPARSE_PITCH: PitchParams = Object.freeze({
  ...PITCH_PARAMS,
  hopSamples: EVERY * PITCH_PARAMS.hopSamples,
})

/**
 * @returns a function from samples (16 kHz mono, full scale = 1, finite; not retained) to their tracks, shape [frames]
 */
export function createSpeechTracker(): (samples: Float32Array) => SpeechTracks {
  const spectrum = createPowerSpectrum({
    frameLengthSamples: PITCH_PARAMS.frameLengthSamples,
    nFft: N_FFT,
    preEmphasis: 0,
  })
  const power = new Float32Array(spectrum.nBins)
  return (samples) => {
    const intensityDbfs = intensityTrackDbfs(samples, PITCH_PARAMS)
    const sparseHz = pitchTrack(samples, SPARSE_PITCH).f0Hz
    const f0Hz = new Float32Array(intensityDbfs.length)
    const tiltDb = new Float32Array(intensityDbfs.length).fill(NaN)
    for (let frame = 0; frame < f0Hz.length; frame++) {
      f0Hz[frame] = sparseHz[Math.floor(frame / EVERY)]
      if (f0Hz[frame] === 0 || frame % EVERY !== 0) continue
      spectrum.frameInto(samples, frame * PITCH_PARAMS.hopSamples, power)
      tiltDb[frame] = alphaRatioDb(power, BIN_HZ)
    }
    spectrum.wipe()
    power.fill(0)
    return { intensityDbfs, f0Hz, tiltDb }
  }
}

import { frameCount, type Framing } from './framing.js'
import { hannPeriodic } from './hann.js'
import { logF32 } from './log-f32.js'

/** What digital silence reads. */
export const INTENSITY_FLOOR_DBFS = -120

const POWER_FLOOR = 1e-12
const DB_PER_LN = 10 / Math.LN10

/**
 * Intensity of every whole frame, dB relative to full scale: Hann-weighted mean square about the frame's own mean, so
 * that neither DC nor the phase of a voice's periods shows. A full-scale sine reads −3.01.
 *
 * @returns shape [frameCount], at least INTENSITY_FLOOR_DBFS
 * @see Boersma 1993; as in Praat ("Sound: To Intensity…"), with a Hann window
 */
export function intensityTrackDbfs(samples: Float32Array, framing: Framing): Float32Array {
  const { frameLengthSamples, hopSamples } = framing
  const window = hannPeriodic(frameLengthSamples)
  const track = new Float32Array(frameCount(samples.length, framing))
  for (let frame = 0; frame < track.length; frame++) {
    const offset = frame * hopSamples
    let mean = 0
    for (let i = 0; i < frameLengthSamples; i++) mean += window[i] * samples[offset + i]
    // The periodic Hann window sums to half its length.
    mean /= frameLengthSamples / 2
    let power = 0
    for (let i = 0; i < frameLengthSamples; i++) {
      const x = samples[offset + i] - mean
      power += window[i] * x * x
    }
    power /= frameLengthSamples / 2
    track[frame] = DB_PER_LN * logF32(Math.max(power, POWER_FLOOR))
  }
  return track
}

import { frameCount } from './framing.js'
import { intensityTrackDbfs } from './intensity.js'
import { pauses, type Pauses } from './pauses.js'
import { PITCH_PARAMS, type PitchParams } from './pitch-params.js'
import { harmonicityDb, pitchTrack } from './pitch-track.js'
import { statistics, type Statistics } from './statistics.js'
import { NUCLEUS_RANGE_DB, syllableNuclei } from './syllable-nuclei.js'
import { voicePerturbation, type VoicePerturbation } from './voice-perturbation.js'

/** How something was said, over one window of audio. Always finite; zeros where there is nothing to measure. */
export interface Prosody {
  readonly durationS: number
  /** Of the voiced frames. */
  readonly f0Hz: Statistics
  readonly harmonicityDb: Statistics
  /** Share of the frames that are voiced. */
  readonly voicedRatio: number
  /** Of all frames. */
  readonly intensityDbfs: Statistics
  readonly syllables: number
  /** Syllables over the whole duration. */
  readonly speechRatePerS: number
  /** Syllables over the duration without its pauses. */
  readonly articulationRatePerS: number
  readonly pauses: Pauses
  readonly perturbation: VoicePerturbation
}

/** Quieter frames are silence whatever the loudest one is, so that noise alone has no pauses and no syllables. */
export const SILENCE_DBFS = -65

/**
 * Prosody of a window of speech: pitch, intensity, rate, pauses and voice quality. A frame is speech if it lies within
 * 25 dB of the loudest one and above SILENCE_DBFS.
 *
 * @param samples 16 kHz mono, full scale = 1, finite; not retained
 * @see de Jong & Wempe 2009; Eyben et al. 2016 (GeMAPS) for what of it speech emotion uses
 */
export function prosody(samples: Float32Array, params: PitchParams = PITCH_PARAMS): Prosody {
  const durationS = samples.length / params.sampleRateHz
  const frames = frameCount(samples.length, params)
  const track = pitchTrack(samples, params)
  const intensity = intensityTrackDbfs(samples, params)
  const intensityStatistics = statistics(intensity)
  const threshold = Math.max(SILENCE_DBFS, intensityStatistics.max - NUCLEUS_RANGE_DB)
  const isSpeech = Uint8Array.from(intensity, (db) => (db > threshold ? 1 : 0))
  const voiced = track.f0Hz.filter((hz) => hz > 0)
  const harmonicity = track.correlation.filter((r) => r > 0).map(harmonicityDb)
  const syllables = syllableNuclei(intensity, track.f0Hz).filter((frame) => isSpeech[frame] !== 0).length
  const found = pauses(isSpeech, params.hopSamples / params.sampleRateHz)
  const articulationS = durationS - found.count * found.meanLengthS
  return {
    durationS,
    f0Hz: statistics(voiced),
    harmonicityDb: statistics(harmonicity),
    voicedRatio: frames > 0 ? voiced.length / frames : 0,
    intensityDbfs: intensityStatistics,
    syllables,
    speechRatePerS: durationS > 0 ? syllables / durationS : 0,
    articulationRatePerS: articulationS > 0 ? syllables / articulationS : 0,
    pauses: found,
    perturbation: voicePerturbation(samples, track),
  }
}

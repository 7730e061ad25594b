import { CHROMA_BINS, createChroma } from '../../../src/features/chroma.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { frameCount } from '../../../src/features/framing.js'
import { createMfccExtractor } from '../../../src/features/mfcc.js'
import { createPowerSpectrum } from '../../../src/features/power-spectrum.js'
import { prosody } from '../../../src/features/prosody.js'
import {
  spectralBandwidthHz,
  spectralCentroidHz,
  spectralFlatness,
  spectralRollOffHz,
} from '../../../src/features/spectral-shape.js'
import { statistics } from '../../../src/features/statistics.js'
import { zeroCrossingRate } from '../../../src/features/zero-crossing-rate.js'

const { nMfcc, nFft, hopSamples, frameLengthSamples, sampleRateHz, fMinHz, fMaxHz } = FEATURE_PARAMS
const SPECTRAL_TRACKS = 5
const BIN_HZ = sampleRateHz / nFft

const extractor = createMfccExtractor(FEATURE_PARAMS)
const spectrum = createPowerSpectrum(FEATURE_PARAMS)
const chroma = createChroma({ sampleRateHz, nFft, fMinHz, fMaxHz })

/**
 * What a window sounds like as a whole: prosody, voice quality, spectral shape, chroma and MFCCs, each summarised
 * over its frames. The input of the baselines.
 *
 * @param samples 16 kHz, mono
 * @returns always as long; finite
 */
export function functionals(samples: Float32Array): Float32Array {
  return Float32Array.from([...prosodyValues(samples), ...spectralValues(samples), ...mfccValues(samples)])
}

/** Every number of the description, in its own order. */
function prosodyValues(samples: Float32Array): number[] {
  return numbersOf(prosody(samples))
}

function numbersOf(value: object): number[] {
  return Object.values(value).flatMap((part: unknown) =>
    typeof part === 'number' ? [part] : part !== null && typeof part === 'object' ? numbersOf(part) : [],
  )
}

function spectralValues(samples: Float32Array): number[] {
  const frames = frameCount(samples.length, FEATURE_PARAMS)
  const tracks = Array.from({ length: SPECTRAL_TRACKS + CHROMA_BINS }, () => new Float32Array(frames))
  const power = new Float32Array(spectrum.nBins)
  const classes = new Float32Array(CHROMA_BINS)
  for (let frame = 0; frame < frames; frame++) {
    const offset = frame * hopSamples
    spectrum.frameInto(samples, offset, power)
    chroma.applyInto(power, classes)
    const centroid = spectralCentroidHz(power, BIN_HZ)
    const values = [
      centroid,
      spectralBandwidthHz(power, BIN_HZ, centroid),
      spectralRollOffHz(power, BIN_HZ),
      spectralFlatness(power),
      zeroCrossingRate(samples, offset, frameLengthSamples),
      ...classes,
    ]
    tracks.forEach((track, n) => (track[frame] = values[n] as number))
  }
  return tracks.flatMap((track) => {
    const { mean, std, p20, p80 } = statistics(track)
    return [mean, std, p20, p80]
  })
}

function mfccValues(samples: Float32Array): number[] {
  const { data, frames } = extractor.extract(samples)
  return Array.from({ length: nMfcc }, (_, c) => {
    const track = Float32Array.from({ length: frames }, (__, t) => data[t * nMfcc + c] as number)
    const steps = track.subarray(1).map((x, t) => x - (track[t] as number))
    const { mean, std } = statistics(track)
    return [mean, std, statistics(steps).std]
  }).flat()
}

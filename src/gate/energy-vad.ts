import { N_BANDS } from './bands.js'
import { createFrameCueMeter, type FrameCues } from './frame-cues.js'
import type { GateParams } from './gate-params.js'
import { levelDbfs } from './level.js'
import { squash } from './squash.js'
import type { Vad } from './vad.js'

/** Least background of a bin, −100 dBFS: digital silence is no background to compare with. */
const MIN_BIN_POWER = 1e-10
/** A band's SNR counts up to this: one loud band is not a voice. */
const MAX_BAND_SNR_DB = 20

/** Share of the past in the smoothed cues: a time constant of 40 ms. */
const CUE_SMOOTHING = 0.6
/**
 * Logistic regression of speech on the two smoothed cues, speech and pause weighted alike: five of the ten speakers
 * of EMO-DB (time labels of its syllables), clean and with white and cabin noise at 10 and 0 dB.
 */
const HARMONICITY_WEIGHT = 7.2
const SNR_WEIGHT = 0.8
const OFFSET = -3.3

/**
 * Speech detector of two cues: how far the bands stand above their background (minimum statistics), and how periodic
 * the frame is where they do. A frame that is too faint or clipped is no speech.
 */
export function createEnergyVad(params: Pick<GateParams, 'minFrameDbfs' | 'maxClippedRatio'>): Vad {
  const meter = createFrameCueMeter(params)
  let voicing = 0
  let acPower = 0
  let smoothedVoicing = 0
  let smoothedSnrDb = 0

  return {
    score(samples) {
      const cues = meter.measure(samples)
      voicing = cues.voicing
      acPower = cues.acPower
      const snrDb = cues.isPossible ? bandSnrDb(cues) : 0
      smoothedVoicing += (1 - CUE_SMOOTHING) * (voicing - smoothedVoicing)
      smoothedSnrDb += (1 - CUE_SMOOTHING) * (snrDb - smoothedSnrDb)
      if (!cues.isPossible) return 0
      return squash(HARMONICITY_WEIGHT * smoothedVoicing + SNR_WEIGHT * smoothedSnrDb + OFFSET)
    },
    get voicing() {
      return voicing
    },
    get acPower() {
      return acPower
    },
    get noiseDbfs() {
      return meter.noiseDbfs
    },
    reset() {
      meter.reset()
      voicing = 0
      acPower = 0
      smoothedVoicing = 0
      smoothedSnrDb = 0
    },
  }
}

/** Mean over the bands, 0 … MAX_BAND_SNR_DB. */
function bandSnrDb({ bandPower, bandNoise }: FrameCues): number {
  let sum = 0
  for (let b = 0; b < N_BANDS; b++) {
    const ratio = bandPower[b] / Math.max(MIN_BIN_POWER, bandNoise[b])
    if (ratio > 1) sum += Math.min(MAX_BAND_SNR_DB, levelDbfs(ratio))
  }
  return sum / N_BANDS
}

import { createFrameAnalyser, N_BANDS } from './frame-analyser.js'
import type { GateParams } from './gate-params.js'
import { createHarmonicity } from './harmonicity.js'
import { levelDbfs, MIN_LEVEL_DBFS } from './level.js'
import { NoiseFloor } from './noise-floor.js'
import type { Vad } from './vad.js'

/**
 * Smoothing and bias of the background's estimates. A band of a few bins varies much from frame to frame; the level of
 * a whole frame hardly does, so it can follow the troughs between syllables.
 */
const BAND_NOISE = { smoothing: 0.8, bias: 1.7 } as const
const LEVEL_NOISE = { smoothing: 0.3, bias: 1.2 } as const
/** Least background of a bin, −100 dBFS: digital silence is no background to compare with. */
const MIN_BIN_POWER = 1e-10
/**
 * Fainter frames, below −90 dBFS, are no background to track either: a muted microphone that comes to life would
 * stand above it with everything it hears.
 */
const MIN_BACKGROUND_POWER = 1e-9
/** A band's SNR counts up to this: one loud band is not a voice. */
const MAX_BAND_SNR_DB = 20
/** Bins that do not stand above the background still count so much, so that a stream may begin with speech. */
const MIN_BIN_WEIGHT = 0.15

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
  const analyser = createFrameAnalyser()
  const harmonicity = createHarmonicity()
  const bandNoise = new NoiseFloor(N_BANDS, BAND_NOISE.smoothing, BAND_NOISE.bias)
  const levelNoise = new NoiseFloor(1, LEVEL_NOISE.smoothing, LEVEL_NOISE.bias)
  const level = new Float64Array(1)
  const bandWeight = new Float32Array(N_BANDS)
  const binWeight = new Float32Array(analyser.bandOfBin.length)
  let voicing = 0
  let smoothedVoicing = 0
  let smoothedSnrDb = 0

  /** Mean over the bands, 0 … MAX_BAND_SNR_DB. */
  function bandSnrDb(bandPower: Float32Array): number {
    let sum = 0
    for (let b = 0; b < N_BANDS; b++) {
      const ratio = bandPower[b] / Math.max(MIN_BIN_POWER, bandNoise.power[b])
      if (ratio > 1) sum += Math.min(MAX_BAND_SNR_DB, levelDbfs(ratio))
    }
    return sum / N_BANDS
  }

  /** Wiener's gain of each bin's band. */
  function weighBins(bandPower: Float32Array): void {
    for (let b = 0; b < N_BANDS; b++) {
      const gain = bandPower[b] > 0 ? 1 - bandNoise.power[b] / bandPower[b] : 0
      bandWeight[b] = Math.max(MIN_BIN_WEIGHT, gain)
    }
    for (let k = 0; k < binWeight.length; k++) binWeight[k] = bandWeight[analyser.bandOfBin[k]]
  }

  return {
    score(samples) {
      const { acPower, power, bandPower, clippedRatio } = analyser.analyse(samples)
      level[0] = acPower
      levelNoise.push(level)
      if (acPower >= MIN_BACKGROUND_POWER) bandNoise.push(bandPower)
      const isPossible = levelDbfs(acPower) >= params.minFrameDbfs && clippedRatio <= params.maxClippedRatio
      if (isPossible) weighBins(bandPower)
      voicing = isPossible ? harmonicity.measure(power, binWeight) : 0
      const snrDb = isPossible ? bandSnrDb(bandPower) : 0
      smoothedVoicing += (1 - CUE_SMOOTHING) * (voicing - smoothedVoicing)
      smoothedSnrDb += (1 - CUE_SMOOTHING) * (snrDb - smoothedSnrDb)
      if (!isPossible) return 0
      return squash(HARMONICITY_WEIGHT * smoothedVoicing + SNR_WEIGHT * smoothedSnrDb + OFFSET)
    },
    get voicing() {
      return voicing
    },
    get noiseDbfs() {
      return levelNoise.power[0] === Infinity ? MIN_LEVEL_DBFS : levelDbfs(levelNoise.power[0])
    },
    reset() {
      analyser.reset()
      bandNoise.reset()
      levelNoise.reset()
      voicing = 0
      smoothedVoicing = 0
      smoothedSnrDb = 0
    },
  }
}

/** (−∞, ∞) → (0, 1), ½ at 0, in exact arithmetic only, unlike the logistic function. */
function squash(x: number): number {
  return 0.5 + (0.5 * x) / (1 + Math.abs(x))
}

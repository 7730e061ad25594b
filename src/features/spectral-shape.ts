/*
 * Shape of one frame's spectrum. All take one-sided power, shape [nFft/2 + 1], and the width of a bin; sums run in
 * float64 from bin 0 up. Weights are magnitudes (√power) but for the flatness, which is of the power. Digital silence
 * has no shape: 0 Hz, and flatness 1. Bins are to be finite.
 *
 * Peeters 2004, "A large set of audio features for sound description (CUIDADO)", §6; in speech emotion: Schuller et
 * al. 2013, "The INTERSPEECH 2013 computational paralinguistics challenge" (ComParE).
 */
import { logF32 } from './log-f32.js'
import { expSeries } from './pinned-series.js'

/** Share of the magnitude that lies below the roll-off. */
export const ROLL_OFF_FRACTION = 0.85

/** Bin power is raised to this for the flatness: absolute, full scale = 1. */
export const FLATNESS_FLOOR = 1e-10

/** Magnitude-weighted mean frequency, Hz. */
export function spectralCentroidHz(power: Float32Array, binHz: number): number {
  let weight = 0
  let moment = 0
  for (let k = 0; k < power.length; k++) {
    const magnitude = Math.sqrt(power[k])
    weight += magnitude
    moment += magnitude * k
  }
  return weight > 0 ? (moment / weight) * binHz : 0
}

/** Magnitude-weighted standard deviation of the frequency about the centroid, Hz. */
export function spectralBandwidthHz(power: Float32Array, binHz: number, centroidHz: number): number {
  let weight = 0
  let moment = 0
  for (let k = 0; k < power.length; k++) {
    const magnitude = Math.sqrt(power[k])
    const distance = k * binHz - centroidHz
    weight += magnitude
    moment += magnitude * distance * distance
  }
  return weight > 0 ? Math.sqrt(moment / weight) : 0
}

/** Frequency of the lowest bin up to which `fraction` of the magnitude lies, Hz. */
export function spectralRollOffHz(
  power: Float32Array,
  binHz: number,
  fraction: number = ROLL_OFF_FRACTION,
): number {
  let weight = 0
  for (let k = 0; k < power.length; k++) weight += Math.sqrt(power[k])
  const target = fraction * weight
  let below = 0
  for (let k = 0; k < power.length; k++) {
    below += Math.sqrt(power[k])
    if (below >= target) return k * binHz
  }
  return (power.length - 1) * binHz
}

/**
 * Wiener entropy: geometric over arithmetic mean of the power, 0 (one line) to 1 (flat).
 *
 * @see Johnston 1988, "Transform coding of audio signals using perceptual noise criteria"
 */
export function spectralFlatness(power: Float32Array): number {
  let logSum = 0
  let sum = 0
  for (let k = 0; k < power.length; k++) {
    const p = Math.max(power[k], FLATNESS_FLOOR)
    logSum += logF32(p)
    sum += p
  }
  return Math.min(1, expSeries(logSum / power.length) / (sum / power.length))
}

/** Bounds of the alpha ratio's bands, Hz. */
const ALPHA_LOW_HZ = 50
const ALPHA_MIDDLE_HZ = 1000
const ALPHA_HIGH_HZ = 5000
/** Bin power below which there is nothing to compare: absolute, full scale = 1. */
const ALPHA_FLOOR = 1e-14

/**
 * Spectral tilt as the alpha ratio: power from 1 to 5 kHz over that from 50 Hz to 1 kHz, dB. Falls with a weak, lax
 * voice, rises with effort. Digital silence reads 0.
 *
 * @see Eyben et al. 2016 (GeMAPS); Frøkjær-Jensen & Prytz 1976, "Registration of voice quality"
 */
export function alphaRatioDb(power: Float32Array, binHz: number): number {
  let low = ALPHA_FLOOR
  let high = ALPHA_FLOOR
  for (let k = Math.ceil(ALPHA_LOW_HZ / binHz); k * binHz <= ALPHA_HIGH_HZ && k < power.length; k++) {
    if (k * binHz < ALPHA_MIDDLE_HZ) low += power[k]
    else high += power[k]
  }
  return (10 / Math.LN10) * logF32(high / low)
}

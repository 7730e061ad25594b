import { hannPeriodic } from './hann.js'
import { logF32 } from './log-f32.js'
import type { PitchParams } from './pitch-params.js'
import { createRealFft } from './real-fft.js'

/** "Unvoiced" and the best periodicities. */
export const MAX_PITCH_CANDIDATES = 8

/** Possible pitches of one frame; the first is always "unvoiced", 0 Hz. Overwritten by the next frame. */
export interface PitchCandidates {
  count: number
  readonly hz: Float64Array
  /** What the path search adds up. */
  readonly strength: Float64Array
  /** Normalised autocorrelation at the period, 0 … 1; 0 for "unvoiced". */
  readonly correlation: Float64Array
}

export interface PitchAnalyser {
  /** @param samples read from `offset` on, frameLengthSamples of them; not retained */
  analyse(samples: Float32Array, offset: number): PitchCandidates
  /** Overwrites what the last frame left in scratch. */
  wipe(): void
}

/**
 * Periodicities of one frame from its autocorrelation, divided by the window's own, r(τ) ≈ rₓw(τ)/rw(τ), peaks
 * refined by a parabola. The autocorrelation is the transform of the power spectrum, zero-padded past the longest lag.
 *
 * @see Boersma 1993, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
 *      sampled sound"
 */
export function createPitchAnalyser(params: PitchParams): PitchAnalyser {
  const { frameLengthSamples: length, sampleRateHz, minHz, maxHz } = params
  const maxLag = Math.ceil(sampleRateHz / minHz)
  const minLag = Math.max(2, Math.floor(sampleRateHz / maxHz))
  let nFft = 4
  while (nFft < length + maxLag + 1) nFft *= 2
  const fft = createRealFft(nFft)
  const window = hannPeriodic(length)
  const windowCorrelation = autocorrelation(window, maxLag + 1)
  const frame = new Float32Array(nFft)
  const re = new Float32Array(nFft / 2 + 1)
  const im = new Float32Array(nFft / 2 + 1)
  const r = new Float64Array(maxLag + 2)
  const candidates: PitchCandidates = {
    count: 1,
    hz: new Float64Array(MAX_PITCH_CANDIDATES),
    strength: new Float64Array(MAX_PITCH_CANDIDATES),
    correlation: new Float64Array(MAX_PITCH_CANDIDATES),
  }

  /** Windows the frame about its mean and returns its peak. */
  function loadFrame(samples: Float32Array, offset: number): number {
    let mean = 0
    for (let i = 0; i < length; i++) mean += samples[offset + i]
    mean /= length
    let peak = 0
    for (let i = 0; i < length; i++) {
      const x = samples[offset + i] - mean
      peak = Math.max(peak, Math.abs(x))
      frame[i] = x * window[i]
    }
    frame.fill(0, length)
    return peak
  }

  /** r[τ] for τ = 0 … maxLag + 1, r[0] = 1; false if the frame is silent. */
  function correlate(): boolean {
    fft.transformInto(frame, re, im)
    for (let k = 0; k <= nFft / 2; k++) {
      frame[k] = re[k] * re[k] + im[k] * im[k]
      if (k > 0) frame[nFft - k] = frame[k]
    }
    fft.transformInto(frame, re, im)
    if (!(re[0] > 0)) return false
    for (let lag = 0; lag < r.length; lag++) r[lag] = re[lag] / re[0] / windowCorrelation[lag]
    return true
  }

  function offer(lag: number, correlation: number): void {
    const hz = sampleRateHz / lag
    if (hz < minHz || hz > maxHz) return
    const strength = correlation + (params.octaveCost * logF32(hz / minHz)) / Math.LN2
    let slot = candidates.count
    if (slot === MAX_PITCH_CANDIDATES) {
      slot = weakest()
      if (candidates.strength[slot] >= strength) return
    } else {
      candidates.count++
    }
    candidates.hz[slot] = hz
    candidates.strength[slot] = strength
    candidates.correlation[slot] = correlation
  }

  function weakest(): number {
    let slot = 1
    for (let i = 2; i < candidates.count; i++)
      if (candidates.strength[i] < candidates.strength[slot]) slot = i
    return slot
  }

  return {
    analyse(samples, offset) {
      const loudness = (loadFrame(samples, offset) * (1 + params.voicingThreshold)) / params.silencePeak
      candidates.count = 1
      candidates.strength[0] = params.voicingThreshold + Math.max(0, 2 - loudness)
      if (!correlate()) return candidates
      for (let lag = minLag; lag <= maxLag; lag++) {
        if (r[lag] < params.voicingThreshold / 2 || r[lag] <= r[lag - 1] || r[lag] < r[lag + 1]) continue
        const slope = (r[lag + 1] - r[lag - 1]) / 2
        const curvature = 2 * r[lag] - r[lag - 1] - r[lag + 1]
        const peak = r[lag] + (slope * slope) / (2 * curvature)
        // Above 1 only by the interpolation's own error.
        offer(lag + slope / curvature, peak > 1 ? 1 / peak : peak)
      }
      return candidates
    },
    wipe() {
      for (const scratch of [frame, re, im, r]) scratch.fill(0)
      fft.wipe()
    },
  }
}

/** Σ x[i]·x[i + lag], divided by its value at lag 0; lags 0 … maxLag. */
function autocorrelation(x: Float32Array, maxLag: number): Float64Array {
  const result = new Float64Array(maxLag + 1)
  for (let lag = 0; lag <= maxLag; lag++) {
    for (let i = 0; i + lag < x.length; i++) result[lag] += x[i] * x[i + lag]
  }
  return result.map((value) => value / result[0])
}

import { hannPeriodic } from '../features/hann.js'
import { createRealFft } from '../features/real-fft.js'
import { SAMPLE_RATE_HZ } from '../units.js'
import { ANALYSIS_SAMPLES, N_FFT } from './analysis-window.js'
import { bandOfBins, createBandFilterbank } from './bands.js'

/** From 80 Hz … */
export const FIRST_BIN = Math.ceil((80 * N_FFT) / SAMPLE_RATE_HZ)
/** … to 3.5 kHz. */
export const LAST_BIN = Math.floor((3500 * N_FFT) / SAMPLE_RATE_HZ)
export const MIN_LAG = Math.round(SAMPLE_RATE_HZ / 420)
export const MAX_LAG = Math.round(SAMPLE_RATE_HZ / 70)

export interface Harmonicity {
  /**
   * @param power      shape [N_FFT/2 + 1], any scale
   * @param bandWeight shape [N_BANDS], 0 … 1: how much of the magnitude counts in each band
   * @returns 0 … 1: 1 for a periodic frame, about 0.2 for white noise, 0 for silence
   */
  measure(power: Float32Array, bandWeight: Float32Array): number
  /** Overwrites what the last frame left in scratch. */
  wipe(): void
}

/**
 * Height of the highest peak of the autocorrelation between 2.4 and 14.3 ms. It is taken from the magnitude
 * spectrum, not from its square: that whitens, so that neither one formant nor rumble passes for a pitch. Divided by
 * what the same does to the analysis window alone. A voice above 420 Hz shows at twice its period.
 *
 * @see Tolonen & Karjalainen 2000, "A computationally efficient multipitch analysis model" (generalised
 *      autocorrelation); Boersma 1993 for the division
 */
export function referenceHarmonicity(): Harmonicity {
  const fft = createRealFft(N_FFT)
  const nBins = N_FFT / 2 + 1
  const bandOfBin = bandOfBins(createBandFilterbank())
  const magnitude = new Float32Array(N_FFT)
  const r = new Float32Array(nBins)
  const unused = new Float32Array(nBins)
  const envelope = windowEnvelope()

  return {
    measure(power, bandWeight) {
      magnitude.fill(0)
      for (let k = FIRST_BIN; k <= LAST_BIN; k++) {
        magnitude[k] = Math.sqrt(power[k]) * bandWeight[bandOfBin[k]]
        magnitude[N_FFT - k] = magnitude[k]
      }
      fft.transformInto(magnitude, r, unused)
      if (!(r[0] > 0)) return 0
      let best = 0
      for (let lag = MIN_LAG; lag <= MAX_LAG; lag++) {
        if (r[lag] < r[lag - 1] || r[lag] < r[lag + 1]) continue
        const height = r[lag] / (r[0] * envelope[lag])
        if (height > best) best = height
      }
      return Math.min(1, best)
    },
    wipe() {
      for (const scratch of [magnitude, r, unused]) scratch.fill(0)
      fft.wipe()
    },
  }
}

/** How the same treatment renders the analysis window alone: shape [MAX_LAG + 1], 1 at lag 0. */
export function windowEnvelope(): Float64Array {
  const fft = createRealFft(N_FFT)
  const re = new Float32Array(N_FFT / 2 + 1)
  const im = new Float32Array(N_FFT / 2 + 1)
  const buffer = new Float32Array(N_FFT)
  buffer.set(hannPeriodic(ANALYSIS_SAMPLES))
  fft.transformInto(buffer, re, im)
  for (let k = 0; k <= N_FFT / 2; k++) {
    buffer[k] = Math.sqrt(re[k] * re[k] + im[k] * im[k])
    if (k > 0) buffer[N_FFT - k] = buffer[k]
  }
  fft.transformInto(buffer, re, im)
  return Float64Array.from({ length: MAX_LAG + 1 }, (_, lag) => re[lag] / re[0])
}

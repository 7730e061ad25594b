import { hannPeriodic } from '../features/hann.js'
import { createRealFft } from '../features/real-fft.js'
import { FRAME_SAMPLES } from '../units.js'
import { ANALYSIS_SAMPLES, N_FFT } from './analysis-window.js'
import { createBandFilterbank, N_BANDS } from './bands.js'
import { acPower } from './level.js'

export const HIGH_PASS_POLE = 0.98

/** At or above this a sample counts as clipped; resampling leaves clipped samples a little off full scale. */
export const CLIP_LEVEL = 0.985

/** To full scale = 1: a sine of amplitude 1 reads ¼ on its bin. */
export const POWER_SCALE = (4 / ANALYSIS_SAMPLES) ** 2 / 4

/** What one frame shows. Overwritten by the next. */
export interface FrameMeasures {
  /** Mean square about the frame's own mean, full scale = 1. */
  acPower: number
  /** Share of samples at full scale. */
  clippedRatio: number
  /** One-sided power spectrum, shape [N_FFT/2 + 1]. */
  readonly power: Float32Array
  /** Mean bin power in each mel band, shape [N_BANDS]. */
  readonly bandPower: Float32Array
}

export interface FrameAnalyser {
  /** @param samples FRAME_SAMPLES samples; not retained */
  analyse(samples: Float32Array): FrameMeasures
  /** Forgets everything heard; nothing of it stays in memory. */
  reset(): void
}

/**
 * Level and spectrum of a frame together with the 28 ms before it, about their weighted mean: a DC
 * offset changes nothing.
 */
export function referenceFrameAnalyser(): FrameAnalyser {
  const fft = createRealFft(N_FFT)
  const nBins = N_FFT / 2 + 1
  const window = hannPeriodic(ANALYSIS_SAMPLES)
  const filterbank = createBandFilterbank()
  const history = new Float32Array(ANALYSIS_SAMPLES)
  const windowed = new Float32Array(N_FFT)
  const re = new Float32Array(nBins)
  const im = new Float32Array(nBins)
  const power = new Float32Array(nBins)
  // A stream that begins off zero is no click.
  let isEmpty = true
  let lastIn = 0
  let lastOut = 0
  const measures: FrameMeasures = {
    acPower: 0,
    clippedRatio: 0,
    power,
    bandPower: new Float32Array(N_BANDS),
  }

  /** First order, 51 Hz: rumble would leak into the bands. */
  function highPass(samples: Float32Array): void {
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      lastOut = samples[i] - lastIn + HIGH_PASS_POLE * lastOut
      lastIn = samples[i]
      history[ANALYSIS_SAMPLES - FRAME_SAMPLES + i] = lastOut
    }
  }

  /** What came before the first frame is taken to be like it: zeros would pass for a faint background. */
  function reflectHistory(): void {
    const first = ANALYSIS_SAMPLES - FRAME_SAMPLES
    for (let i = 0; i < first; i++) {
      const mirrored = 2 * first - 1 - i
      history[i] = history[mirrored < ANALYSIS_SAMPLES ? mirrored : 2 * ANALYSIS_SAMPLES - 1 - mirrored]
    }
  }

  function spectrum(): void {
    let mean = 0
    for (let i = 0; i < ANALYSIS_SAMPLES; i++) mean += window[i] * history[i]
    // The periodic Hann window sums to half its length.
    mean /= ANALYSIS_SAMPLES / 2
    for (let i = 0; i < ANALYSIS_SAMPLES; i++) windowed[i] = window[i] * (history[i] - mean)
    fft.transformInto(windowed, re, im)
    for (let k = 0; k < nBins; k++) power[k] = (re[k] * re[k] + im[k] * im[k]) * POWER_SCALE
  }

  return {
    analyse(samples) {
      history.copyWithin(0, FRAME_SAMPLES)
      if (isEmpty) lastIn = samples[0]
      highPass(samples)
      if (isEmpty) reflectHistory()
      isEmpty = false
      spectrum()
      filterbank.applyInto(power, measures.bandPower)
      measures.acPower = acPower(samples)
      measures.clippedRatio = clippedRatio(samples)
      return measures
    },
    reset() {
      for (const heard of [history, windowed, re, im, power, measures.bandPower]) heard.fill(0)
      fft.wipe()
      isEmpty = true
      lastIn = 0
      lastOut = 0
    },
  }
}

function clippedRatio(samples: Float32Array): number {
  let clipped = 0
  for (const x of samples) if (x >= CLIP_LEVEL || x <= -CLIP_LEVEL) clipped++
  return clipped / samples.length
}

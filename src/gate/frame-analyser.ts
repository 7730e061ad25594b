import { hannPeriodic } from '../features/hann.js'
import { createMelFilterbank } from '../features/mel-filterbank.js'
import { createRealFft } from '../features/real-fft.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../units.js'
import { ANALYSIS_SAMPLES, N_FFT } from './analysis-window.js'
import { createHarmonicity } from './harmonicity.js'
import { acPower } from './level.js'

export const N_BANDS = 24
const F_MIN_HZ = 80
const F_MAX_HZ = 7600

/** At or above this a sample counts as clipped; resampling leaves clipped samples a little off full scale. */
const CLIP_LEVEL = 0.985

/** What one frame shows. Overwritten by the next. */
export interface FrameMeasures {
  /** Mean square about the frame's own mean, full scale = 1. */
  acPower: number
  /** Share of samples at full scale. */
  clippedRatio: number
  /** Periodicity at the periods of a voice, 0 … 1. */
  harmonicity: number
  /** Mean bin power in each mel band, shape [N_BANDS]. */
  readonly bandPower: Float32Array
}

export interface FrameAnalyser {
  /** @param samples FRAME_SAMPLES samples; not retained */
  analyse(samples: Float32Array): FrameMeasures
  reset(): void
}

/**
 * Level, spectrum and periodicity of a frame together with the 28 ms before it, about their weighted mean: a DC
 * offset changes nothing.
 */
export function createFrameAnalyser(): FrameAnalyser {
  const fft = createRealFft(N_FFT)
  const nBins = N_FFT / 2 + 1
  const window = hannPeriodic(ANALYSIS_SAMPLES)
  const filterbank = createMelFilterbank({
    sampleRateHz: SAMPLE_RATE_HZ,
    nFft: N_FFT,
    nMels: N_BANDS,
    fMinHz: F_MIN_HZ,
    fMaxHz: F_MAX_HZ,
  })
  const harmonicity = createHarmonicity()
  const history = new Float32Array(ANALYSIS_SAMPLES)
  const windowed = new Float32Array(N_FFT)
  const re = new Float32Array(nBins)
  const im = new Float32Array(nBins)
  const power = new Float32Array(nBins)
  const powerScale = (4 / ANALYSIS_SAMPLES) ** 2 / 4
  const measures: FrameMeasures = {
    acPower: 0,
    clippedRatio: 0,
    harmonicity: 0,
    bandPower: new Float32Array(N_BANDS),
  }

  function spectrum(): void {
    let mean = 0
    for (let i = 0; i < ANALYSIS_SAMPLES; i++) mean += window[i] * history[i]
    // The periodic Hann window sums to half its length.
    mean /= ANALYSIS_SAMPLES / 2
    for (let i = 0; i < ANALYSIS_SAMPLES; i++) windowed[i] = window[i] * (history[i] - mean)
    fft.transformInto(windowed, re, im)
    for (let k = 0; k < nBins; k++) power[k] = (re[k] * re[k] + im[k] * im[k]) * powerScale
  }

  return {
    analyse(samples) {
      history.copyWithin(0, FRAME_SAMPLES)
      history.set(samples, ANALYSIS_SAMPLES - FRAME_SAMPLES)
      spectrum()
      filterbank.applyInto(power, measures.bandPower)
      measures.harmonicity = harmonicity.measure(power)
      measures.acPower = acPower(samples)
      measures.clippedRatio = clippedRatio(samples)
      return measures
    },
    reset() {
      history.fill(0)
    },
  }
}

function clippedRatio(samples: Float32Array): number {
  let clipped = 0
  for (const x of samples) if (x >= CLIP_LEVEL || x <= -CLIP_LEVEL) clipped++
  return clipped / samples.length
}

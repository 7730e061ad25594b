import { hannPeriodic } from './hann.js'
import { preEmphasiseInto } from './pre-emphasis.js'
import { createRealFft } from './real-fft.js'

const f32 = Math.fround

export interface PowerSpectrumParams {
  readonly frameLengthSamples: number
  /** At least the frame's length; the rest is zeros. */
  readonly nFft: number
  /** 0: none. */
  readonly preEmphasis: number
}

export interface PowerSpectrum {
  /** nFft/2 + 1. */
  readonly nBins: number
  /**
   * @param samples read from `offset` on, frameLengthSamples of them; not retained
   * @param power   shape [nBins], overwritten, owned by the caller
   */
  frameInto(samples: Float32Array, offset: number, power: Float32Array): void
  /** Overwrites what the last frame left in scratch. */
  wipe(): void
}

/**
 * One-sided power of one frame, float32: pre-emphasis, periodic Hann, |X|²/(Σw/2)².
 *
 * Full scale = 1: a sine of amplitude 1 on the centre of a bin reads 1 there (before pre-emphasis). With a
 * 512-sample frame the divisor is 2^14, so the scaling is exact. White noise of variance σ² reads
 * σ²·Σw²/(Σw/2)² = σ²·6/frameLength a bin.
 */
export function createPowerSpectrum(params: PowerSpectrumParams): PowerSpectrum {
  const { frameLengthSamples, nFft, preEmphasis } = params
  const nBins = nFft / 2 + 1
  const fft = createRealFft(nFft)
  const window = hannPeriodic(frameLengthSamples)
  const scale = powerScale(frameLengthSamples)
  // Beyond the frame it stays zero.
  const windowed = new Float32Array(nFft)
  const re = new Float32Array(nBins)
  const im = new Float32Array(nBins)
  return {
    nBins,
    frameInto(samples, offset, power) {
      preEmphasiseInto(samples, offset, frameLengthSamples, preEmphasis, windowed)
      for (let i = 0; i < frameLengthSamples; i++) windowed[i] *= window[i]
      fft.transformInto(windowed, re, im)
      for (let k = 0; k < nBins; k++) {
        const r = re[k]
        const j = im[k]
        power[k] = f32(f32(r * r) + f32(j * j)) * scale
      }
    },
    wipe() {
      for (const scratch of [windowed, re, im]) scratch.fill(0)
      fft.wipe()
    },
  }
}

/** 1/(Σw/2)² of a frame's window, rounded to float32. */
export function powerScale(frameLengthSamples: number): number {
  return f32(1 / (frameLengthSamples / 4) ** 2)
}

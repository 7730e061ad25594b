import { lnSeries } from './pinned-series.js'

export const CHROMA_BINS = 12

export interface ChromaParams {
  readonly sampleRateHz: number
  readonly nFft: number
  /** Bins below are left out: their neighbours lie further apart than semitones. */
  readonly fMinHz: number
  readonly fMaxHz: number
}

export interface Chroma {
  /**
   * @param power one-sided, shape [nFft/2 + 1]
   * @param out   shape [12], C to B, share of the power, sum 1; zeros for digital silence. Owned by the caller
   */
  applyInto(power: Float32Array, out: Float32Array): void
}

/**
 * Pitch-class profile: each bin's power goes to the nearest semitone of the equal-tempered scale, A = 440 Hz, octaves
 * folded together.
 *
 * @see Fujishima 1999, "Realtime chord recognition of musical sound"
 */
export function createChroma(params: ChromaParams): Chroma {
  const nBins = params.nFft / 2 + 1
  const binHz = params.sampleRateHz / params.nFft
  /** −1: the bin is left out. */
  const pitchClass = Int8Array.from({ length: nBins }, (_, k) => {
    const hz = k * binHz
    if (hz <= 0 || hz < params.fMinHz || hz > params.fMaxHz) return -1
    const semitonesFromA = Math.round((CHROMA_BINS * lnSeries(hz / 440)) / Math.LN2)
    // A is the tenth class from C; +120 keeps the remainder positive down to 440 Hz / 2^10.
    return (semitonesFromA + 9 + 120) % CHROMA_BINS
  })
  return {
    applyInto(power, out) {
      out.fill(0, 0, CHROMA_BINS)
      let total = 0
      for (let k = 0; k < nBins; k++) {
        if (pitchClass[k] < 0) continue
        out[pitchClass[k]] += power[k]
        total += power[k]
      }
      if (total <= 0) return
      for (let c = 0; c < CHROMA_BINS; c++) out[c] /= total
    },
  }
}

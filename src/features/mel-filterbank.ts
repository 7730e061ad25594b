import { fourLaneDot } from './four-lane-dot.js'
import { expSeries, lnSeries } from './pinned-series.js'

export interface MelParams {
  readonly sampleRateHz: number
  readonly nFft: number
  readonly nMels: number
  readonly fMinHz: number
  readonly fMaxHz: number
}

/** The filters' weights without the zeros between them. */
export interface PackedFilters {
  /** First bin of each filter, number of its weights (a multiple of 4) and place of its first: shape [nMels]. */
  readonly firstBin: Int32Array
  readonly nWeights: Int32Array
  readonly weightsAt: Int32Array
  readonly weights: Float32Array
}

export interface MelFilterbank {
  readonly nMels: number
  /** Peak of each filter, Hz, shape [nMels]. */
  readonly centresHz: Float64Array
  /**
   * @param power shape [nFft/2 + 1], full scale = 1
   * @param mel   shape [nMels], overwritten, owned by the caller
   */
  applyInto(power: Float32Array, mel: Float32Array): void
  readonly packed: PackedFilters
  /** The filters as a matrix, row-major [nMels × (nFft/2 + 1)]; for tests and for other implementations. */
  toMatrix(): Float32Array
}

/** Slaney's scale: linear below 1 kHz (15 mel), then logarithmic, 27 mel for a factor of 6.4. */
const HZ_PER_MEL = 200 / 3
const BREAK_HZ = 1000
const BREAK_MEL = 15
const LN_STEP = lnSeries(6.4) / 27

export function hzToMel(hz: number): number {
  return hz < BREAK_HZ ? hz / HZ_PER_MEL : BREAK_MEL + lnSeries(hz / BREAK_HZ) / LN_STEP
}

export function melToHz(mel: number): number {
  return mel < BREAK_MEL ? mel * HZ_PER_MEL : BREAK_HZ * expSeries((mel - BREAK_MEL) * LN_STEP)
}

/**
 * Triangular filters, equally spaced in mel, each of unit area with the bin as the unit of frequency: a mel power
 * is the weighted mean of the bin powers under its triangle, so a flat spectrum of power p reads (about) p in every
 * filter and full scale stays 1. Weights in float64, rounded to float32; sums by `fourLaneDot` over the filter's
 * own bins, lane 0 at the filter's first one.
 *
 * @see Slaney 1998, "Auditory Toolbox"
 */
export function createMelFilterbank(params: MelParams): MelFilterbank {
  const { nMels } = params
  const nBins = params.nFft / 2 + 1
  const binHz = params.sampleRateHz / params.nFft
  const edgesHz = melEdgesHz(params)
  const firstBin = new Int32Array(nMels)
  const nWeights = new Int32Array(nMels)
  const weightsAt = new Int32Array(nMels)
  const values: number[] = []
  for (let m = 0; m < nMels; m++) {
    const row = triangle(edgesHz, m, nBins, binHz)
    // Padded to whole registers with zeros; moved down where that would reach past the last bin.
    const first = Math.max(
      0,
      row.findIndex((w) => w > 0),
    )
    const last = row.findLastIndex((w) => w > 0)
    const length = 4 * Math.ceil((last + 1 - first) / 4)
    firstBin[m] = Math.max(0, Math.min(first, nBins - length))
    nWeights[m] = length
    weightsAt[m] = values.length
    for (let i = 0; i < length; i++) values.push(row[firstBin[m] + i] ?? 0)
  }
  const weights = Float32Array.from(values)
  return {
    nMels,
    centresHz: edgesHz.slice(1, nMels + 1),
    packed: { firstBin, nWeights, weightsAt, weights },
    applyInto(power, mel) {
      for (let m = 0; m < nMels; m++) {
        mel[m] = fourLaneDot(weights, weightsAt[m], power, firstBin[m], nWeights[m])
      }
    },
    toMatrix() {
      const matrix = new Float32Array(nMels * nBins)
      for (let m = 0; m < nMels; m++) {
        const row = weights.subarray(weightsAt[m], weightsAt[m] + nWeights[m])
        matrix.set(row, m * nBins + firstBin[m])
      }
      return matrix
    },
  }
}

function melEdgesHz({ nMels, fMinHz, fMaxHz }: MelParams): Float64Array {
  const low = hzToMel(fMinHz)
  const step = (hzToMel(fMaxHz) - low) / (nMels + 1)
  return Float64Array.from({ length: nMels + 2 }, (_, i) => melToHz(low + i * step))
}

function triangle(edgesHz: Float64Array, m: number, nBins: number, binHz: number): Float64Array {
  const [low, centre, high] = edgesHz.subarray(m, m + 3) as unknown as [number, number, number]
  const peak = (2 * binHz) / (high - low)
  return Float64Array.from({ length: nBins }, (_, k) => {
    const hz = k * binHz
    return peak * Math.max(0, Math.min((hz - low) / (centre - low), (high - hz) / (high - centre)))
  })
}

import { createMelFilterbank, type MelFilterbank } from '../features/mel-filterbank.js'
import { SAMPLE_RATE_HZ } from '../units.js'
import { N_FFT } from './analysis-window.js'

export const N_BANDS = 24
const F_MIN_HZ = 80
const F_MAX_HZ = 7600

/** The bands in which the gate looks for what stands above the background. */
export function createBandFilterbank(): MelFilterbank {
  return createMelFilterbank({
    sampleRateHz: SAMPLE_RATE_HZ,
    nFft: N_FFT,
    nMels: N_BANDS,
    fMinHz: F_MIN_HZ,
    fMaxHz: F_MAX_HZ,
  })
}

/** The band whose centre is nearest to each bin, shape [N_FFT/2 + 1]. */
export function bandOfBins({ centresHz }: MelFilterbank): Uint16Array {
  return Uint16Array.from({ length: N_FFT / 2 + 1 }, (_, k) =>
    nearest(centresHz, (k * SAMPLE_RATE_HZ) / N_FFT),
  )
}

function nearest(sorted: Float64Array, value: number): number {
  const above = sorted.findIndex((x) => x >= value)
  if (above === -1) return sorted.length - 1
  return above > 0 && value - sorted[above - 1] < sorted[above] - value ? above - 1 : above
}

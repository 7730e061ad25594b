import type { Address, MemoryPlan } from '../../wasm-module.js'
import type { MelFilterbank } from '../mel-filterbank.js'
import { fftTables } from '../real-fft.js'

/** The kernel takes eight values of the half transform at a time. */
export const MIN_WASM_FFT = 16

/**
 * `RealFft` of src/features/assembly/front-end/real-fft.ts, with its scratch.
 *
 * @param n a power of two, MIN_WASM_FFT or more
 */
export function placeRealFft(plan: MemoryPlan, n: number): Address {
  const { order, passCos, passSin, splitCos, splitSin } = fftTables(n)
  const tables = [order, passCos, passSin, splitCos, splitSin].map((table) => plan.place(table))
  return plan.place(Int32Array.of(n / 2, ...tables, plan.reserve(2 * n), plan.reserve(2 * n)))
}

/** `MelFilterbank` of src/features/assembly/front-end/mel.ts. */
export function placeMelFilterbank(plan: MemoryPlan, { nMels, packed }: MelFilterbank): Address {
  const { firstBin, nWeights, weightsAt, weights } = packed
  const filters = new Int32Array(3 * nMels)
  for (let m = 0; m < nMels; m++) filters.set([firstBin[m]!, nWeights[m]!, weightsAt[m]!], 3 * m)
  return plan.place(Int32Array.of(nMels, plan.place(filters), plan.place(weights)))
}

import { fourLaneDot } from './four-lane-dot'

/** See `createMelFilterbank` in src/features/mel-filterbank.ts. int32 each. */
// @ts-ignore: decorator
@unmanaged
export class MelFilterbank {
  nMels: i32
  /** int32 [nMels × 3]: first bin, number of weights (whole registers), place of the first weight */
  filters: usize
  /** float32 */
  weights: usize
}

/** @param mel float32 [nMels], overwritten */
export function melInto(bank: MelFilterbank, power: usize, mel: usize): void {
  const weights = bank.weights
  let filter = bank.filters
  for (let m = 0; m < bank.nMels; m++, filter += 12) {
    const from = power + ((<usize>load<i32>(filter)) << 2)
    const bytes = (<usize>load<i32>(filter, 4)) << 2
    const own = weights + ((<usize>load<i32>(filter, 8)) << 2)
    store<f32>(mel + ((<usize>m) << 2), fourLaneDot(own, from, bytes))
  }
}

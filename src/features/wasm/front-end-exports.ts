import type { Address } from '../../wasm-module.js'

/** What `src/features/assembly/front-end.ts` exports; each function is described in `assembly/front-end/`. */
export interface FrontEndExports {
  realFft(fft: Address, x: Address, re: Address, im: Address): void
  mfcc(plan: Address, samples: Address, frames: number, out: Address): void
  logMel(plan: Address, samples: Address): void
}

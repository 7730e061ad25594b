import type { Address } from './int8-exports.js'

/** Constants with a place in the engine's memory, written once that memory is there. */
export interface Placed {
  readonly address: Address
  fill(memory: ArrayBuffer): void
}

import type { Address, MemoryPlan } from '../../wasm-module.js'
import type { ChannelMultipliers } from '../requantize.js'

/** Places by which the vectors can shift. */
const LEAST_PLACES = 34
const MOST_PLACES = 64

/** Channels of one step of a kernel. */
export const GROUP = 8

/**
 * Lays out how the sums of a layer become bytes: `Requantisation` of src/nn/assembly/int8/requantise.ts.
 *
 * @param lowest −128, or the zero point behind a ReLU
 */
export function placeRequantisation(
  plan: MemoryPlan,
  { multipliers, shifts }: ChannelMultipliers,
  zeroPoint: number,
  lowest: number,
): Address {
  const channels = wholeGroups(multipliers.length)
  // A multiplier of 0 gives 0 whatever its shift is.
  const places = Array.from({ length: channels }, (_, c) => (multipliers[c] ? 31 - shifts[c]! : LEAST_PLACES))
  const filledUp = new Int32Array(channels)
  filledUp.set(multipliers)
  return plan.place(
    Int32Array.of(
      plan.place(filledUp),
      plan.place(BigInt64Array.from(places, (s) => 1n << BigInt(s - 1))),
      plan.place(Int32Array.from(places)),
      plan.place(Int32Array.from(places, (s) => 2 ** (64 - s))),
      places.every((s) => s >= LEAST_PLACES && s <= MOST_PLACES) ? 1 : 0,
      zeroPoint,
      lowest,
    ),
  )
}

/** As many channels as whole groups hold. */
export function wholeGroups(channels: number): number {
  return GROUP * Math.ceil(channels / GROUP)
}

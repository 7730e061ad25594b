import type { MemoryPlan } from '../../wasm-module.js'
import type { ChannelMultipliers } from '../requantize.js'
import type { Address } from './int8-exports.js'
import type { Placed } from './placed.js'

/** Bytes of `Requantisation` in src/nn/assembly/int8.ts: seven fields of four. */
const RULE_BYTES = 28
/** Channels of one step of a kernel. */
export const GROUP = 8

/**
 * Lays out how the sums of a layer become bytes.
 *
 * @param lowest −128, or the zero point behind a ReLU
 */
export function placeRequantisation(
  plan: MemoryPlan,
  { multipliers, shifts }: ChannelMultipliers,
  zeroPoint: number,
  lowest: number,
): Placed {
  const channels = wholeGroups(multipliers.length)
  const at = {
    rule: plan.reserve(RULE_BYTES),
    multipliers: plan.reserve(4 * channels),
    roundings: plan.reserve(8 * channels),
    shifts: plan.reserve(4 * channels),
    scales: plan.reserve(8 * channels),
  }
  return {
    address: at.rule,
    fill(memory) {
      // A multiplier of 0 gives 0 whatever its shift is.
      const places = Array.from({ length: channels }, (_, c) => (multipliers[c] ? 31 - shifts[c]! : 32))
      const isVector = places.every((s) => s >= 32)
      new Int32Array(memory, at.multipliers, channels).set(multipliers)
      new BigInt64Array(memory, at.roundings, channels).set(places.map((s) => 1n << BigInt(s - 1)))
      new Int32Array(memory, at.shifts, channels).set(places)
      new Float64Array(memory, at.scales, channels).set(places.map((s) => 2 ** (32 - s)))
      const rule: Address[] = [at.multipliers, at.roundings, at.shifts, at.scales]
      new Int32Array(memory, at.rule, RULE_BYTES / 4).set([...rule, isVector ? 1 : 0, zeroPoint, lowest])
    },
  }
}

/** As many channels as whole groups hold. */
export function wholeGroups(channels: number): number {
  return GROUP * Math.ceil(channels / GROUP)
}

import { loadWasmModule, planMemory } from '../../wasm-module.js'
import { planArena, type Engine, type NetworkPlan, type RunLayers } from '../engine.js'
import { elementCount } from '../shapes.js'
import type { Int8Exports } from './int8-exports.js'
import { patchBytes, placeLayer } from './place-layer.js'

/** A kernel's vectors may reach this far past an array. */
const SLACK = 16

/**
 * The engine in WASM SIMD: the reference's bytes, many times as fast.
 *
 * @returns null where it cannot run; see `loadWasmModule`
 */
export function loadWasmEngine(): Engine | null {
  const module = loadWasmModule('nn/int8.wasm')
  return module && ((plan) => prepare(plan, module))
}

function prepare({ layers, tensors, weights }: NetworkPlan, module: WebAssembly.Module): RunLayers {
  // A reshaped tensor is the same bytes in the same place.
  const working = layers.flatMap((layer, index) =>
    layer.op === 'reshape' ? [] : [{ layer, input: tensors[index]!, output: tensors[index + 1]! }],
  )
  const lengths = [tensors[0]!, ...working.map(({ output }) => output)].map(({ shape }) =>
    elementCount(shape),
  )
  const plan = planMemory()
  const arena = planArena(lengths, SLACK)
  const arenaAt = plan.reserve(arena.bytes)
  const addresses = arena.offsets.map((offset) => arenaAt + offset)
  const patches = plan.reserve(Math.max(0, ...working.map(({ layer, input }) => patchBytes(layer, input))))
  const placed = working.map(({ layer, input }) => placeLayer(plan, layer, input, weights, patches))

  const { memory, exports } = plan.open(module)
  const int8 = exports as Int8Exports
  const kernels = placed.map(({ kernel }) => int8[kernel])
  const constants = placed.map(({ address }) => address)
  const first = new Int8Array(memory, addresses[0], lengths[0])
  const last = new Int8Array(memory, addresses.at(-1), lengths.at(-1))
  return (input) => {
    first.set(input)
    for (let index = 0; index < kernels.length; index++) {
      kernels[index]!(constants[index]!, addresses[index]!, addresses[index + 1]!)
    }
    return last
  }
}

import { loadWasmModule, planMemory } from '../../wasm-module.js'
import { planArena, type Engine, type LayerRunner, type NetworkPlan } from '../engine.js'
import { quantizeInputInto } from '../quantize-input.js'
import { elementCount } from '../shapes.js'
import type { Int8Exports } from './int8-exports.js'
import { placeLayer } from './place-layer.js'
import { wholeGroups } from './requantisation.js'

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

function prepare({ layers, tensors, weights }: NetworkPlan, module: WebAssembly.Module): LayerRunner {
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
  const realAt = plan.reserve(4 * wholeGroups(lengths[0]!))
  const placed = working.map(({ layer, input }) => placeLayer(plan, layer, input, weights))

  const { memory, exports, wipe } = plan.open(module)
  const int8 = exports as Int8Exports
  const kernels = placed.map(({ kernel }) => int8[kernel])
  const constants = placed.map(({ address }) => address)
  const first = new Int8Array(memory, addresses[0], lengths[0])
  const last = new Int8Array(memory, addresses.at(-1), lengths.at(-1))
  const realInput = new Float32Array(memory, realAt, lengths[0])
  const { scale, zero_point: zeroPoint } = tensors[0]!
  const inverse = Math.fround(1 / scale)

  function runLayers(): Int8Array {
    for (let index = 0; index < kernels.length; index++) {
      kernels[index]!(constants[index]!, addresses[index]!, addresses[index + 1]!)
    }
    return last
  }

  return {
    run(input) {
      first.set(input)
      return runLayers()
    },
    runReal(real) {
      realInput.set(real)
      const isFinite = int8.quantize(realAt, addresses[0]!, real.length, inverse, zeroPoint)
      // Says which value it is.
      if (isFinite === 0) quantizeInputInto(real, scale, zeroPoint, first)
      return runLayers()
    },
    wipe,
  }
}

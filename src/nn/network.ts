import { ShapeError } from '../errors.js'
import type { Engine } from './engine.js'
import type { TensorType } from './kernel.js'
import type { Layer, ModelManifest } from './manifest.js'
import { referenceEngine } from './reference/reference-engine.js'
import { elementCount, layerTaps, outputChannels } from './shapes.js'
import { loadWasmEngine } from './wasm/wasm-engine.js'

/** An int8 network, ready to run. */
export interface Network {
  /**
   * @param input shape `input.shape`, read only during the call
   * @returns the logits: a view of the network's own memory, overwritten by the next run
   * @throws {ShapeError} if the input's length disagrees with its shape
   */
  run(input: Int8Array): Int8Array
  /**
   * Quantises the input first, as `quantizeInputInto`.
   *
   * @throws as `run`; {InternalError} INTERNAL_NOT_FINITE: features are finite by contract
   */
  runReal(input: Float32Array): Int8Array
  /** Overwrites what the last run left in memory. */
  wipe(): void
  readonly input: TensorType
  readonly output: TensorType
  /** Multiply-accumulates of one run. */
  readonly macs: number
  /** Weights and biases. */
  readonly parameters: number
}

/**
 * Prepares a network, so that a run allocates nothing.
 *
 * @param manifest checked: shapes chain and weights lie inside
 * @param weights  weights.bin
 * @param engine   default: the fastest that there is
 */
export function createNetwork(
  manifest: Pick<ModelManifest, 'input' | 'layers'>,
  weights: Uint8Array,
  engine: Engine = fastestEngine(),
): Network {
  const { input, layers } = manifest
  const tensors: TensorType[] = [
    input,
    ...layers.map(({ output_shape: shape, output }) => ({ shape, ...output })),
  ]
  const runner = engine({ layers, tensors, weights })
  const inputLength = elementCount(input.shape)
  const checkLength = ({ length }: { readonly length: number }): void => {
    if (length !== inputLength) throw new ShapeError('network input', inputLength, length)
  }

  return {
    run(source) {
      checkLength(source)
      return runner.run(source)
    },
    runReal(source) {
      checkLength(source)
      return runner.runReal(source)
    },
    wipe: () => runner.wipe(),
    input,
    output: tensors.at(-1)!,
    macs: sum(layers, (layer, index) =>
      'weights' in layer ? elementCount(layer.output_shape) * layerTaps(layer, tensors[index]!.shape) : 0,
    ),
    parameters: sum(layers, (layer) =>
      'weights' in layer ? elementCount(layer.weights.shape) + outputChannels(layer) : 0,
    ),
  }
}

let fastest: Engine | undefined

/** WASM SIMD where this Node has it and the package holds it, otherwise the plain reference: the same bytes. */
export function fastestEngine(): Engine {
  fastest ??= loadWasmEngine() ?? referenceEngine
  return fastest
}

function sum(layers: readonly Layer[], count: (layer: Layer, index: number) => number): number {
  return layers.reduce((total, layer, index) => total + count(layer, index), 0)
}

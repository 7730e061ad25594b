import { ShapeError } from '../errors.js'
import type { Kernel, TensorType } from './kernel.js'
import type { Layer, ModelManifest } from './manifest.js'
import { createReferenceKernel } from './reference/reference-kernel.js'
import { elementCount, layerTaps, outputChannels } from './shapes.js'

/** An int8 network, ready to run. */
export interface Network {
  /**
   * @param input shape `input.shape`, read only during the call
   * @returns the logits: a view of the network's own memory, overwritten by the next run
   * @throws {ShapeError} if the input's length disagrees with its shape
   */
  run(input: Int8Array): Int8Array
  readonly input: TensorType
  readonly output: TensorType
  /** Multiply-accumulates of one run. */
  readonly macs: number
  /** Weights and biases. */
  readonly parameters: number
}

/** Makes one layer runnable; the choice of engine. */
export type KernelFactory = (layer: Layer, input: TensorType, weights: Uint8Array) => Kernel

/**
 * Prepares every layer and one arena for all that lies between them, so that a run allocates nothing.
 *
 * @param manifest checked: shapes chain and weights lie inside
 * @param weights  weights.bin; not copied
 */
export function createNetwork(
  manifest: Pick<ModelManifest, 'input' | 'layers'>,
  weights: Uint8Array,
  createKernel: KernelFactory = createReferenceKernel,
): Network {
  const { input, layers } = manifest
  const tensors: TensorType[] = [
    input,
    ...layers.map(({ output_shape: shape, output }) => ({ shape, ...output })),
  ]
  const outputs = placeInArena(tensors.slice(1).map(({ shape }) => elementCount(shape)))
  const kernels = layers.map((layer, index) => createKernel(layer, tensors[index]!, weights))
  const inputLength = elementCount(input.shape)

  return {
    run(source) {
      if (source.length !== inputLength) throw new ShapeError('network input', inputLength, source.length)
      let tensor = source
      for (let index = 0; index < kernels.length; index++) {
        kernels[index]!(tensor, outputs[index]!)
        tensor = outputs[index]!
      }
      return tensor
    },
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

/**
 * A layer needs its input and its output only, so tensors lie by turns at the arena's two ends: it is as large as
 * the largest pair of neighbours.
 */
function placeInArena(lengths: readonly number[]): Int8Array[] {
  const pairs = lengths.map((length, index) => length + (lengths[index + 1] ?? 0))
  const arena = new Int8Array(Math.max(...pairs))
  return lengths.map((length, index) =>
    index % 2 === 0 ? arena.subarray(0, length) : arena.subarray(arena.length - length),
  )
}

function sum(layers: readonly Layer[], count: (layer: Layer, index: number) => number): number {
  return layers.reduce((total, layer, index) => total + count(layer, index), 0)
}

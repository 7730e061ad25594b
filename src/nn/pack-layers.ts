import { InternalError, ShapeError } from '../errors.js'
import type { Layer, WeightsRef } from './manifest.js'
import { elementCount, outputChannels, outputShape, weightsShape } from './shapes.js'

/** A layer's quantised constants, as training makes them. */
export interface WeightsSource {
  /** [−127, 127], in the layer's layout (see `manifest.ts`). */
  readonly values: Int8Array
  readonly shape: readonly number[]
  /** One a channel. */
  readonly scales: readonly number[]
  /** At input scale × weight scale, one a channel. */
  readonly biases: Int32Array
}

/** A layer of the manifest with its weights in place, and its output shape left to be computed. */
export type LayerSource = Layer extends infer L
  ? L extends { readonly weights: WeightsRef }
    ? Omit<L, 'weights' | 'output_shape'> & { readonly weights: WeightsSource }
    : Omit<L, 'output_shape'>
  : never

export interface PackedLayers {
  readonly layers: readonly Layer[]
  /** weights.bin: each layer's weights, then its biases at the next multiple of 4. */
  readonly weights: Uint8Array
}

/**
 * Lays the constants of all layers out in one file and computes the shapes between the layers.
 *
 * @throws {InternalError} INTERNAL_LAYERS if a layer cannot take its input
 * @throws {ShapeError} if weights, scales or biases are of the wrong length
 */
export function packLayers(sources: readonly LayerSource[], inputShape: readonly number[]): PackedLayers {
  const layers: Layer[] = []
  const pieces: { offset: number; bytes: Uint8Array }[] = []
  let end = 0
  let shape = inputShape

  for (const source of sources) {
    const output = outputShape(source, shape)
    if (output === null) {
      throw new InternalError(
        'INTERNAL_LAYERS',
        `layer ${source.name} (${source.op}) cannot take [${shape.join(', ')}]`,
      )
    }
    if (!('weights' in source)) {
      layers.push({ ...source, output_shape: output })
    } else {
      const { values, scales, biases, shape: sourceShape } = source.weights
      checkLengths(source, weightsShape(source, shape)!)
      const biasOffset = Math.ceil((end + values.length) / 4) * 4
      pieces.push(
        { offset: end, bytes: new Uint8Array(values.buffer, values.byteOffset, values.length) },
        { offset: biasOffset, bytes: littleEndian(biases) },
      )
      const ref: WeightsRef = { offset: end, shape: sourceShape, scales, bias_offset: biasOffset }
      layers.push({ ...source, output_shape: output, weights: ref } as Layer)
      end = biasOffset + 4 * biases.length
    }
    shape = output
  }

  const weights = new Uint8Array(end)
  for (const { offset, bytes } of pieces) weights.set(bytes, offset)
  return { layers, weights }
}

function checkLengths(
  source: Extract<LayerSource, { weights: WeightsSource }>,
  expectedShape: readonly number[],
): void {
  const { values, shape, scales, biases } = source.weights
  if (shape.join() !== expectedShape.join()) {
    throw new InternalError(
      'INTERNAL_LAYERS',
      `layer ${source.name} (${source.op}) has weights [${shape.join(', ')}], expected [${expectedShape.join(', ')}]`,
    )
  }
  const channels = outputChannels(source)
  if (values.length !== elementCount(shape)) {
    throw new ShapeError(`weights of ${source.name}`, elementCount(shape), values.length)
  }
  if (scales.length !== channels) throw new ShapeError(`scales of ${source.name}`, channels, scales.length)
  if (biases.length !== channels) throw new ShapeError(`biases of ${source.name}`, channels, biases.length)
}

function littleEndian(values: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  values.forEach((value, index) => view.setInt32(4 * index, value, true))
  return new Uint8Array(view.buffer)
}

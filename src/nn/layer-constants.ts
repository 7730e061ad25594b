import type { LayerConstants } from './kernel.js'
import type { WeightsRef } from './manifest.js'
import { elementCount } from './shapes.js'

/**
 * A layer's part of weights.bin. The weights are a view of it; the biases are a copy, read as little endian on any
 * machine.
 *
 * @param weights all of weights.bin; the reader has checked that the reference lies inside
 */
export function layerConstants(ref: WeightsRef, weights: Uint8Array): LayerConstants {
  const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength)
  return {
    weights: new Int8Array(weights.buffer, weights.byteOffset + ref.offset, elementCount(ref.shape)),
    biases: Int32Array.from(ref.scales, (_, channel) => view.getInt32(ref.bias_offset + 4 * channel, true)),
  }
}

import { planArena, type Engine } from '../engine.js'
import { quantizeInputInto } from '../quantize-input.js'
import { elementCount } from '../shapes.js'
import { createReferenceKernel } from './reference-kernel.js'

/** Plain TypeScript: what every faster engine must agree with, byte for byte, and what runs where there is none. */
export const referenceEngine: Engine = ({ layers, tensors, weights }) => {
  const lengths = tensors.slice(1).map(({ shape }) => elementCount(shape))
  const { bytes, offsets } = planArena(lengths)
  const arena = new Int8Array(bytes)
  const outputs = lengths.map((length, index) => arena.subarray(offsets[index], offsets[index]! + length))
  const kernels = layers.map((layer, index) => createReferenceKernel(layer, tensors[index]!, weights))
  const { scale, zero_point: zeroPoint } = tensors[0]!
  const quantized = new Int8Array(elementCount(tensors[0]!.shape))

  function run(input: Int8Array): Int8Array {
    let tensor = input
    for (let index = 0; index < kernels.length; index++) {
      kernels[index]!(tensor, outputs[index]!)
      tensor = outputs[index]!
    }
    return tensor
  }
  return {
    run,
    runReal(real) {
      quantizeInputInto(real, scale, zeroPoint, quantized)
      return run(quantized)
    },
    wipe() {
      arena.fill(0)
      quantized.fill(0)
    },
  }
}

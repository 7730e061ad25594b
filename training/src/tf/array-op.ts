import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'

/**
 * An operation as plain arithmetic on arrays. On the WASM backend the arrays are views of its memory, so nothing is
 * copied and one loop does what would be several passes of tensor operations; elsewhere the tensors are read and made.
 *
 * @param inputs  float32 tensors; their arrays must not be written to nor kept
 * @param shapes  shapes of the outputs
 * @param compute fills the outputs, which hold anything before
 */
export function arrayOp(
  inputs: readonly tf.Tensor[],
  shapes: readonly (readonly number[])[],
  compute: (inputs: readonly Float32Array[], outputs: readonly Float32Array[]) => void,
): tf.Tensor[] {
  const backend = tf.backend()
  if (!isWasm(backend)) {
    const outputs = shapes.map((shape) => new Float32Array(shape.reduce((product, n) => product * n, 1)))
    compute(
      inputs.map((tensor) => tensor.dataSync<'float32'>()),
      outputs,
    )
    return outputs.map((values, i) => tf.tensor(values, [...(shapes[i] as readonly number[])]))
  }
  // All memory is had before any view is taken: where memory grows, older views are cut off from it.
  const made = shapes.map((shape) => backend.makeOutput([...shape], 'float32'))
  compute(
    inputs.map((tensor) => backend.typedArrayFromHeap(tensor) as Float32Array),
    made.map((info) => backend.typedArrayFromHeap(info) as Float32Array),
  )
  return made.map((info) => tf.engine().makeTensorFromTensorInfo(info))
}

/** Reads tensors as arrays without a copy where the backend allows; the arrays must not be kept. */
export function readArrays<T>(inputs: readonly tf.Tensor[], read: (arrays: readonly Float32Array[]) => T): T {
  const backend = tf.backend()
  if (!isWasm(backend)) return read(inputs.map((tensor) => tensor.dataSync<'float32'>()))
  return read(inputs.map((tensor) => backend.typedArrayFromHeap(tensor) as Float32Array))
}

function isWasm(backend: object): backend is BackendWasm {
  return 'typedArrayFromHeap' in backend
}

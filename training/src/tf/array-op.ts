import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { compileKernels, type Address, type Kernels } from './kernels.js'

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

/** The kernels on the heap that the tensors live in, or, of a backend that has none, on one of their own. */
let bound: { readonly kernels: Kernels; readonly memory: WebAssembly.Memory } | null = null

/** Makes `kernelOp` ready for the backend in use. */
export async function readyKernels(): Promise<void> {
  const backend = tf.backend()
  const memory = isWasm(backend) ? heapOf(backend) : new WebAssembly.Memory({ initial: 1 })
  if (bound?.memory !== memory) bound = { kernels: await compileKernels(memory), memory }
}

/**
 * An operation as kernels on the heap, by the arrays' addresses. On a backend whose tensors live elsewhere they are
 * copied there and back.
 *
 * @param inputs  float32 tensors, or values that the operation alone needs; not to be written to
 * @param shapes  shapes of the outputs, float32
 * @param compute fills the outputs, which hold anything before
 */
export function kernelOp(
  inputs: readonly (tf.Tensor | Float32Array)[],
  shapes: readonly (readonly number[])[],
  compute: (kernels: Kernels, inputs: readonly Address[], outputs: readonly Address[]) => void,
): tf.Tensor[] {
  if (!bound) throw new Error('readyKernels comes first')
  const { kernels, memory } = bound
  const backend = tf.backend()
  if (!isWasm(backend)) return copiedOp(inputs, shapes, compute)
  const own: tf.Tensor[] = []
  const tensors = inputs.map((input) => {
    if (input instanceof tf.Tensor) return input
    const made = tf.tensor1d(input)
    own.push(made)
    return made
  })
  const made = shapes.map((shape) => backend.makeOutput([...shape], 'float32'))
  const addressOf = (info: tf.TensorInfo): Address => backend.typedArrayFromHeap(info).byteOffset
  if (memory !== heapOf(backend)) throw new Error('the kernels are on another heap')
  compute(kernels, tensors.map(addressOf), made.map(addressOf))
  tf.dispose(own)
  return made.map((info) => tf.engine().makeTensorFromTensorInfo(info))
}

function copiedOp(
  inputs: readonly (tf.Tensor | Float32Array)[],
  shapes: readonly (readonly number[])[],
  compute: (kernels: Kernels, inputs: readonly Address[], outputs: readonly Address[]) => void,
): tf.Tensor[] {
  if (!bound) throw new Error('readyKernels comes first')
  const { kernels, memory } = bound
  const arrays = inputs.map((input) => (input instanceof tf.Tensor ? input.dataSync<'float32'>() : input))
  const sizes = shapes.map((shape) => shape.reduce((product, n) => product * n, 1))
  let end: Address = ALIGNMENT
  const room = (floats: number): Address => {
    const at = end
    end += Math.ceil((4 * floats) / ALIGNMENT) * ALIGNMENT
    return at
  }
  const from = arrays.map(({ length }) => room(length))
  const to = sizes.map(room)
  const missing = end - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / WASM_PAGE))
  arrays.forEach((array, i) => {
    new Float32Array(memory.buffer, from[i], array.length).set(array)
  })
  compute(kernels, from, to)
  return shapes.map((shape, i) =>
    tf.tensor(new Float32Array(memory.buffer, to[i], sizes[i]).slice(), [...shape]),
  )
}

const ALIGNMENT = 16
const WASM_PAGE = 65536

function heapOf(backend: BackendWasm): WebAssembly.Memory {
  // Emscripten's module shows its exports under this name, which the backend's types leave out.
  const { asm } = backend.wasm as unknown as { asm: { memory: WebAssembly.Memory } }
  return asm.memory
}

function isWasm(backend: object): backend is BackendWasm {
  return 'typedArrayFromHeap' in backend
}

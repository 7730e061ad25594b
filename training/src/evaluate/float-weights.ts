import { InputError } from '../../../src/errors.js'
import { AUXILIARY_PREFIX } from '../train/auxiliary.js'
import type { ParameterArray, Parameters } from '../train/parameters.js'

/**
 * The float network in one file: a line of JSON with the architecture and the arrays' names and shapes, then the
 * values as float32, little endian. Kept beside an int8 artefact, so that its float figures can be reproduced.
 */
interface Header {
  readonly architecture: string
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[]
}

export function encodeFloatWeights(architecture: string, parameters: Parameters): Buffer {
  // Auxiliary heads are for training alone.
  const arrays = [...parameters.values()].filter(({ name }) => !name.includes(AUXILIARY_PREFIX))
  const header: Header = { architecture, arrays: arrays.map(({ name, shape }) => ({ name, shape })) }
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...arrays.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  ])
}

/** @throws {InputError} `TRAINING_FLOAT_WEIGHTS` if the file is damaged */
export function decodeFloatWeights(bytes: Uint8Array): { architecture: string; parameters: Parameters } {
  const newline = bytes.indexOf(0x0a)
  const header = parseHeader(Buffer.from(bytes.subarray(0, Math.max(0, newline))).toString())
  const parameters = new Map<string, ParameterArray>()
  let offset = newline + 1
  for (const { name, shape } of header.arrays) {
    const length = shape.reduce((product, n) => product * n, 1)
    // A copy: a Buffer's own slice would be a view, at an offset that need not be a multiple of 4.
    const slice = new Uint8Array(bytes.subarray(offset, offset + 4 * length))
    if (slice.length !== 4 * length)
      throw new InputError('TRAINING_FLOAT_WEIGHTS', `float weights end within ${name}`)
    parameters.set(name, {
      name,
      shape,
      values: new Float32Array(slice.buffer),
      decays: false,
      isTrained: false,
    })
    offset += 4 * length
  }
  return { architecture: header.architecture, parameters }
}

function parseHeader(text: string): Header {
  try {
    return JSON.parse(text) as Header
  } catch (cause) {
    throw new InputError('TRAINING_FLOAT_WEIGHTS', 'the file of float weights has no header', { cause })
  }
}

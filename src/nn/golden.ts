import { ModelError } from '../errors.js'
import type { Network } from './network.js'

/** An input and the exact bytes that the network must make of it. */
export interface GoldenVector {
  readonly input: Int8Array
  readonly output: Int8Array
}

/**
 * Runs the network on every vector.
 *
 * @throws {ModelError} MODEL_GOLDEN at the first byte that differs
 */
export function verifyGolden(network: Network, golden: readonly GoldenVector[]): void {
  golden.forEach(({ input, output: expected }, vector) => {
    const actual = network.run(input)
    const differing = expected.findIndex((value, index) => value !== actual[index])
    if (expected.length === actual.length && differing < 0) return
    throw new ModelError(
      'MODEL_GOLDEN',
      `golden.json: vector ${vector} gives [${actual.join(', ')}], expected [${expected.join(', ')}]; ` +
        'the model was made for another engine: export it again',
    )
  })
}

/** Enough for any release; each costs a run at start-up. */
const MAX_VECTORS = 64

/**
 * golden.json's vectors.
 *
 * @param inputLength  bytes of the network's input
 * @param outputLength and of its output
 * @throws {ModelError} MODEL_GOLDEN if the file is not what `encodeGolden` writes for such a network
 */
export function parseGolden(bytes: Uint8Array, inputLength: number, outputLength: number): GoldenVector[] {
  const vectors = vectorsOf(bytes)
  if (vectors.length < 1 || vectors.length > MAX_VECTORS) {
    throw malformed(`it has ${vectors.length} vectors, allowed: 1 to ${MAX_VECTORS}`)
  }
  return vectors.map((vector, index) => {
    const { input, output } = (vector ?? {}) as { input?: unknown; output?: unknown }
    if (typeof input !== 'string' || !isInt8List(output))
      throw malformed(`vector ${index} is not int8 input and output`)
    const decoded = Buffer.from(input, 'base64')
    if (decoded.length !== inputLength || output.length !== outputLength) {
      throw malformed(
        `vector ${index} has ${decoded.length} bytes in and ${output.length} out, expected ${inputLength} and ${outputLength}`,
      )
    }
    return { input: new Int8Array(decoded), output: Int8Array.from(output) }
  })
}

function vectorsOf(bytes: Uint8Array): unknown[] {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw malformed('it is not JSON', cause)
  }
  const vectors = (json as { vectors?: unknown } | null)?.vectors
  if (!Array.isArray(vectors)) throw malformed('it has no list of vectors')
  return vectors
}

function isInt8List(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((q) => Number.isInteger(q) && q >= -128 && q <= 127)
}

function malformed(what: string, cause?: unknown): ModelError {
  return new ModelError('MODEL_GOLDEN', `golden.json: ${what}; export the model again`, { cause })
}

/** golden.json of these vectors. */
export function encodeGolden(golden: readonly GoldenVector[]): string {
  const vectors = golden.map(({ input, output }) => ({
    input: Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('base64'),
    output: [...output],
  }))
  return `${JSON.stringify({ vectors })}\n`
}

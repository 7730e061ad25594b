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

/** golden.json of these vectors. */
export function encodeGolden(golden: readonly GoldenVector[]): string {
  const vectors = golden.map(({ input, output }) => ({
    input: Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('base64'),
    output: [...output],
  }))
  return `${JSON.stringify({ vectors })}\n`
}

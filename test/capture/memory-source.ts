import type { ByteSource } from '../../src/capture/byte-source.js'
import { WavReader } from '../../src/capture/wav-reader.js'

/** A file in memory that remembers the largest piece asked of it. */
export class MemorySource implements ByteSource {
  readonly name = 'test.wav'
  readonly sizeBytes: number
  largestReadBytes = 0
  reads = 0

  constructor(
    private readonly bytes: Uint8Array,
    sizeBytes = bytes.length,
  ) {
    this.sizeBytes = sizeBytes
  }

  readInto(into: Uint8Array, position: number): Promise<number> {
    this.reads++
    this.largestReadBytes = Math.max(this.largestReadBytes, into.length)
    const piece = this.bytes.subarray(position, position + into.length)
    into.set(piece)
    return Promise.resolve(piece.length)
  }
}

export async function readAll(bytes: Uint8Array): Promise<number[]> {
  const reader = await WavReader.open(new MemorySource(bytes))
  const samples: number[] = []
  for await (const block of reader.blocks()) for (const sample of block) samples.push(sample)
  return samples
}

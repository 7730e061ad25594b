import { InputError } from '../errors.js'
import type { ByteSource } from './byte-source.js'
import { readWavHeader, type WavHeader } from './wav-header.js'
import { WavSampleDecoder } from './wav-samples.js'

const BLOCK_BYTES = 65_536

/**
 * A WAV file as a stream of mono samples at the file's own rate. Memory is one block, whatever the file's length.
 * Everything that the header can tell has been validated once `open` returns.
 */
export class WavReader {
  private readonly bytes: Uint8Array
  private readonly samples: Float32Array

  private constructor(
    private readonly source: ByteSource,
    readonly header: WavHeader,
  ) {
    const framesPerBlock = Math.floor(BLOCK_BYTES / header.format.blockAlignBytes)
    this.bytes = new Uint8Array(framesPerBlock * header.format.blockAlignBytes)
    this.samples = new Float32Array(framesPerBlock)
  }

  /**
   * @param source stays the caller's to close
   * @throws {InputError} as `readWavHeader`
   */
  static async open(source: ByteSource): Promise<WavReader> {
    return new WavReader(source, await readWavHeader(source))
  }

  /**
   * The samples from the first to the last, from the beginning each time it is called. Not to be iterated twice at once.
   *
   * @returns blocks that are overwritten by the next one, and with zeros at the end
   * @throws {InputError} INPUT_NOT_FINITE, INPUT_UNREADABLE, INPUT_TRUNCATED if the file shrinks meanwhile
   */
  async *blocks(): AsyncGenerator<Float32Array> {
    const { format, dataOffsetBytes, frameCount } = this.header
    const decoder = new WavSampleDecoder(format, this.source.name)
    let position = dataOffsetBytes
    const end = dataOffsetBytes + frameCount * format.blockAlignBytes
    try {
      while (position < end) {
        const wanted = this.bytes.subarray(0, Math.min(this.bytes.length, end - position))
        if ((await this.source.readInto(wanted, position)) < wanted.length) {
          throw new InputError('INPUT_TRUNCATED', `${this.source.name} became shorter while it was read`)
        }
        position += wanted.length
        const count = decoder.decodeInto(wanted, this.samples)
        wanted.fill(0)
        yield this.samples.subarray(0, count)
      }
    } finally {
      this.bytes.fill(0)
      this.samples.fill(0)
    }
  }
}

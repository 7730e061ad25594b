import { InputError } from '../errors.js'
import type { WavEncoding, WavFormat } from './wav-format.js'

type SampleReader = (view: DataView, offset: number) => number

/**
 * Integers are scaled so that the most negative one is −1. Floats beyond full scale are clipped to ±1, as any
 * converter behind a microphone would have done; NaN passes through for the caller to refuse.
 */
const READERS: Record<WavEncoding, SampleReader> = {
  u8: (view, offset) => (view.getUint8(offset) - 128) / 128,
  s16: (view, offset) => view.getInt16(offset, true) / 32_768,
  s24: (view, offset) => (view.getUint16(offset, true) + view.getInt8(offset + 2) * 65_536) / 8_388_608,
  s32: (view, offset) => view.getInt32(offset, true) / 2_147_483_648,
  f32: (view, offset) => clip(view.getFloat32(offset, true)),
  f64: (view, offset) => clip(view.getFloat64(offset, true)),
}

/** Bytes to mono samples: the mean of the channels. */
export class WavSampleDecoder {
  private readonly read: SampleReader
  private readonly bytesPerSample: number
  private framesDone = 0

  /** @param name of the input, for messages */
  constructor(
    private readonly format: WavFormat,
    private readonly name: string,
  ) {
    this.read = READERS[format.encoding]
    this.bytesPerSample = format.blockAlignBytes / format.channels
  }

  /**
   * @param bytes whole sample frames, length a multiple of blockAlignBytes
   * @param out   at least one sample a frame, overwritten, owned by the caller; full scale = 1
   * @returns samples written
   * @throws {InputError} INPUT_NOT_FINITE, naming the frame's index since the decoder was made
   */
  decodeInto(bytes: Uint8Array, out: Float32Array): number {
    const { channels, blockAlignBytes } = this.format
    const frames = bytes.length / blockAlignBytes
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let offset = 0
    for (let i = 0; i < frames; i++) {
      let sum = 0
      for (let channel = 0; channel < channels; channel++) {
        sum += this.read(view, offset)
        offset += this.bytesPerSample
      }
      if (Number.isNaN(sum)) throw this.notFinite(this.framesDone + i)
      out[i] = sum / channels
    }
    this.framesDone += frames
    return frames
  }

  private notFinite(frameIndex: number): InputError {
    const atMs = Math.round((frameIndex * 1000) / this.format.sampleRateHz)
    return new InputError(
      'INPUT_NOT_FINITE',
      `${this.name}: sample ${frameIndex} (at ${atMs} ms) is not a finite number; export the file again`,
    )
  }
}

/** Infinity is no loud sample but a broken one: it becomes NaN, which the decoder refuses. */
function clip(sample: number): number {
  if (sample > 1) return sample === Infinity ? NaN : 1
  if (sample < -1) return sample === -Infinity ? NaN : -1
  return sample
}

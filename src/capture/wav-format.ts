import { InputError } from '../errors.js'

/** One sample's encoding; little endian, as RIFF has it. */
export type WavEncoding = 'u8' | 's16' | 's24' | 's32' | 'f32' | 'f64'

export interface WavFormat {
  readonly encoding: WavEncoding
  readonly sampleRateHz: number
  readonly channels: number
  /** Bytes of one sample of every channel. */
  readonly blockAlignBytes: number
}

export const MIN_INPUT_RATE_HZ = 1_000
export const MAX_INPUT_RATE_HZ = 384_000
export const MAX_INPUT_CHANNELS = 64

/** What is read of a `fmt ` chunk: the length of WAVEFORMATEXTENSIBLE. */
export const FMT_CHUNK_BYTES = 40

const FORMAT_PCM = 0x0001
const FORMAT_FLOAT = 0x0003
const FORMAT_EXTENSIBLE = 0xfffe
const PLAIN_FMT_BYTES = 16

/** Bytes 2…15 of KSDATAFORMAT_SUBTYPE_*: the first two are the plain format tag. */
const SUBTYPE_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]

const PCM_ENCODINGS = new Map<number, WavEncoding>([
  [8, 'u8'],
  [16, 's16'],
  [24, 's24'],
  [32, 's32'],
])
const FLOAT_ENCODINGS = new Map<number, WavEncoding>([
  [32, 'f32'],
  [64, 'f64'],
])

/**
 * The `fmt ` chunk. The average byte rate is not looked at (writers get it wrong and nothing depends on it), nor
 * are valid bits below the container's size: such samples are left-justified, so the container's scale holds.
 *
 * @param bytes the chunk's content, at most the first FMT_CHUNK_BYTES of it
 * @param name  of the input, for messages
 * @throws {InputError} INPUT_BAD_FORMAT
 * @see Microsoft, "Multiple channel audio data and WAVE files"
 */
export function parseFmtChunk(bytes: Uint8Array, name: string): WavFormat {
  const refuse = (what: string): InputError => new InputError('INPUT_BAD_FORMAT', `${name}: ${what}`)
  if (bytes.length < PLAIN_FMT_BYTES) {
    throw refuse(`fmt chunk of ${bytes.length} bytes, at least ${PLAIN_FMT_BYTES} needed`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const channels = view.getUint16(2, true)
  const sampleRateHz = view.getUint32(4, true)
  const blockAlignBytes = view.getUint16(12, true)
  const bitsPerSample = view.getUint16(14, true)

  if (channels < 1 || channels > MAX_INPUT_CHANNELS) {
    throw refuse(`${channels} channels, allowed are 1 to ${MAX_INPUT_CHANNELS}`)
  }
  if (sampleRateHz < MIN_INPUT_RATE_HZ || sampleRateHz > MAX_INPUT_RATE_HZ) {
    throw refuse(`rate of ${sampleRateHz} Hz, allowed are ${MIN_INPUT_RATE_HZ} to ${MAX_INPUT_RATE_HZ}`)
  }
  const tag = formatTag(view)
  const encodings = tag === FORMAT_PCM ? PCM_ENCODINGS : tag === FORMAT_FLOAT ? FLOAT_ENCODINGS : undefined
  if (encodings === undefined) {
    const shown = tag === undefined ? 'unknown subformat' : `codec 0x${tag.toString(16).padStart(4, '0')}`
    throw refuse(`${shown} is not supported; convert it to 16-bit PCM`)
  }
  const encoding = encodings.get(bitsPerSample)
  if (encoding === undefined) {
    const kind = tag === FORMAT_PCM ? 'PCM' : 'float'
    throw refuse(`${bitsPerSample}-bit ${kind}, allowed are ${[...encodings.keys()].join(', ')} bits`)
  }
  const expectedAlign = (channels * bitsPerSample) / 8
  if (blockAlignBytes !== expectedAlign) {
    throw refuse(
      `block align of ${blockAlignBytes} bytes, ${channels} × ${bitsPerSample} bits need ${expectedAlign}`,
    )
  }
  return { encoding, sampleRateHz, channels, blockAlignBytes }
}

/** The tag, or for WAVE_FORMAT_EXTENSIBLE the one in its GUID; undefined where that is none of Microsoft's. */
function formatTag(view: DataView): number | undefined {
  const tag = view.getUint16(0, true)
  if (tag !== FORMAT_EXTENSIBLE) return tag
  if (view.byteLength < FMT_CHUNK_BYTES) return undefined
  const isPlainSubtype = SUBTYPE_TAIL.every((byte, i) => view.getUint8(26 + i) === byte)
  return isPlainSubtype ? view.getUint16(24, true) : undefined
}

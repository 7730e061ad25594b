import { InputError } from '../errors.js'
import type { ByteSource } from './byte-source.js'
import { FMT_CHUNK_BYTES, parseFmtChunk, type WavFormat } from './wav-format.js'

export interface WavHeader {
  readonly format: WavFormat
  /** Where the samples begin. */
  readonly dataOffsetBytes: number
  /** Whole sample frames (one sample of every channel); an incomplete last one is left out. */
  readonly frameCount: number
}

interface Chunk {
  readonly id: string
  readonly lengthBytes: number
  readonly contentOffset: number
}

const RIFF_HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 8
const DS64_BYTES = 16

/** More than any editor writes; without it a large file of empty chunks would be walked for minutes. */
const MAX_CHUNKS = 1_024

/** Written by a streaming writer, which cannot come back to fill in the length. */
const UNKNOWN_LENGTH = 0xffff_ffff
const UNKNOWN_LENGTH_64 = 0xffff_ffff_ffff_ffffn

/**
 * Walks the chunks of a RIFF or RF64 file up to its samples. Chunks may come in any order, except that `fmt ` (and
 * in RF64 `ds64`) comes before `data`. Reads a few bytes a chunk, whatever length a chunk claims.
 *
 * A `data` length of 0 or 0xFFFFFFFF is that of a streaming writer: the samples reach to the end of the file. (A
 * length of 0 that is followed by nothing but well-formed chunks is no such thing: that file has no samples.) The
 * RIFF length is trusted for nothing, except to tell a file that was cut off before its samples from one that has none.
 *
 * @throws {InputError} INPUT_EMPTY, INPUT_NOT_WAV, INPUT_BAD_FORMAT, INPUT_TRUNCATED, INPUT_NO_AUDIO
 * @see EBU Tech 3306 (RF64)
 */
export async function readWavHeader(source: ByteSource): Promise<WavHeader> {
  const { isRf64, claimedBytes } = await readRiffHeader(source)
  let format: WavFormat | undefined
  let longDataBytes: number | undefined

  let offset = RIFF_HEADER_BYTES
  for (let walked = 0; walked < MAX_CHUNKS; walked++) {
    const chunk = await readChunkHeader(source, offset)
    if (chunk === undefined) throw withoutAudio(source, claimedBytes)
    if (chunk.id === 'data') {
      if (format === undefined) {
        throw new InputError('INPUT_BAD_FORMAT', `${source.name}: no fmt chunk before the data chunk`)
      }
      return await locateSamples(source, chunk, format, longDataBytes)
    }
    const end = chunk.contentOffset + chunk.lengthBytes
    if (end > source.sizeBytes) throw truncated(source, `chunk '${printable(chunk.id)}'`, chunk)
    if (chunk.id === 'fmt ') {
      format = parseFmtChunk(await readStart(source, chunk, FMT_CHUNK_BYTES), source.name)
    } else if (chunk.id === 'ds64' && isRf64) {
      longDataBytes = parseDs64(await readStart(source, chunk, DS64_BYTES), source)
    }
    offset = afterChunk(chunk)
  }
  throw new InputError('INPUT_NOT_WAV', `${source.name}: more than ${MAX_CHUNKS} chunks and no samples`)
}

async function readRiffHeader(source: ByteSource): Promise<{ isRf64: boolean; claimedBytes: number }> {
  if (source.sizeBytes === 0) {
    throw new InputError('INPUT_EMPTY', `${source.name} is empty (0 bytes): record or copy it again`)
  }
  const bytes = Buffer.alloc(Math.min(RIFF_HEADER_BYTES, source.sizeBytes))
  await readFully(source, bytes, 0)
  const magic = bytes.toString('latin1', 0, 4)
  const isRf64 = magic === 'RF64'
  if (isRf64 || magic === 'RIFF') {
    if (bytes.length < RIFF_HEADER_BYTES) {
      throw new InputError('INPUT_TRUNCATED', `${source.name} ends within the RIFF header: copy it again`)
    }
    if (bytes.toString('latin1', 8, 12) === 'WAVE') {
      return { isRf64, claimedBytes: CHUNK_HEADER_BYTES + bytes.readUInt32LE(4) }
    }
  }
  throw new InputError('INPUT_NOT_WAV', `${source.name} is not a WAV file: convert it to 16-bit PCM WAV`)
}

async function locateSamples(
  source: ByteSource,
  chunk: Chunk,
  format: WavFormat,
  longDataBytes: number | undefined,
): Promise<WavHeader> {
  const heldBytes = source.sizeBytes - chunk.contentOffset
  let lengthBytes = chunk.lengthBytes
  if (lengthBytes === UNKNOWN_LENGTH) lengthBytes = longDataBytes ?? heldBytes
  else if (lengthBytes === 0 && !(await isChunkSequence(source, chunk.contentOffset))) lengthBytes = heldBytes
  if (lengthBytes > heldBytes) throw truncated(source, 'data chunk', { ...chunk, lengthBytes })

  const frameCount = Math.floor(lengthBytes / format.blockAlignBytes)
  if (frameCount === 0) throw new InputError('INPUT_NO_AUDIO', `${source.name} holds no samples`)
  return { format, dataOffsetBytes: chunk.contentOffset, frameCount }
}

/** The 64-bit data length of RF64; undefined where it is a streaming writer's mark. */
function parseDs64(bytes: Uint8Array, source: ByteSource): number | undefined {
  if (bytes.length < DS64_BYTES) {
    throw new InputError('INPUT_BAD_FORMAT', `${source.name}: ds64 chunk of ${bytes.length} bytes`)
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(8, true)
  return length === 0n || length === UNKNOWN_LENGTH_64 ? undefined : Number(length)
}

/** True if chunks with printable names fill the file exactly from `offset` to its end. Samples do not do that. */
async function isChunkSequence(source: ByteSource, offset: number): Promise<boolean> {
  for (let walked = 0; walked < MAX_CHUNKS; walked++) {
    if (offset === source.sizeBytes) return true
    const chunk = await readChunkHeader(source, offset)
    if (chunk === undefined || !/^[\x20-\x7e]{4}$/.test(chunk.id)) return false
    const end = chunk.contentOffset + chunk.lengthBytes
    if (end === source.sizeBytes) return true
    offset = afterChunk(chunk)
  }
  return false
}

async function readChunkHeader(source: ByteSource, offset: number): Promise<Chunk | undefined> {
  if (offset + CHUNK_HEADER_BYTES > source.sizeBytes) return undefined
  const bytes = Buffer.alloc(CHUNK_HEADER_BYTES)
  await readFully(source, bytes, offset)
  return {
    id: bytes.toString('latin1', 0, 4),
    lengthBytes: bytes.readUInt32LE(4),
    contentOffset: offset + CHUNK_HEADER_BYTES,
  }
}

async function readStart(source: ByteSource, chunk: Chunk, maxBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(chunk.lengthBytes, maxBytes))
  await readFully(source, bytes, chunk.contentOffset)
  return bytes
}

async function readFully(source: ByteSource, into: Uint8Array, position: number): Promise<void> {
  if ((await source.readInto(into, position)) < into.length) {
    throw new InputError('INPUT_TRUNCATED', `${source.name} became shorter while it was read`)
  }
}

/** Chunks are padded to an even length. */
function afterChunk(chunk: Chunk): number {
  return chunk.contentOffset + chunk.lengthBytes + (chunk.lengthBytes % 2)
}

function truncated(source: ByteSource, what: string, chunk: Chunk): InputError {
  const held = source.sizeBytes - chunk.contentOffset
  return new InputError(
    'INPUT_TRUNCATED',
    `${source.name} is truncated: its ${what} claims ${chunk.lengthBytes} bytes and ${held} are there; copy it again, or convert it if a pipe wrote it`,
  )
}

function withoutAudio(source: ByteSource, claimedBytes: number): InputError {
  if (claimedBytes > source.sizeBytes && claimedBytes !== CHUNK_HEADER_BYTES + UNKNOWN_LENGTH) {
    const detail = `its header claims ${claimedBytes} bytes and ${source.sizeBytes} are there`
    return new InputError('INPUT_TRUNCATED', `${source.name} is truncated: ${detail}; copy it again`)
  }
  return new InputError('INPUT_NO_AUDIO', `${source.name} holds no samples: it has no data chunk`)
}

function printable(id: string): string {
  return id.replace(/[^\x20-\x7e]/g, '?')
}

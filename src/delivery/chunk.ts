import { ModelError } from '../errors.js'
import type { JsonObject } from '../hostile-json.js'

/** Of an archive in one request: eleven pages, which as base64 in JSON stay below the 64 KiB of a request. */
export const CHUNK_BYTES = 44 * 1024

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** A piece of an archive. */
export interface ModelChunk {
  /** Of the archive. */
  readonly sha256: string
  readonly offset: number
  readonly bytes: Uint8Array
}

/**
 * @param body of a request; hostile
 * @throws {ModelError} MODEL_CHUNK
 */
export function parseChunk(body: JsonObject): ModelChunk {
  const { sha256, offset, data } = body
  if (typeof sha256 !== 'string') throw malformed('sha256 is no text')
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) throw malformed('offset is no position')
  if (typeof data !== 'string' || data.length % 4 !== 0 || !BASE64.test(data))
    throw malformed('data is no base64')
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length < 1 || bytes.length > CHUNK_BYTES) {
    throw malformed(`data has ${bytes.length} bytes, allowed: 1 to ${CHUNK_BYTES}`)
  }
  return { sha256, offset: offset as number, bytes }
}

function malformed(why: string): ModelError {
  return new ModelError('MODEL_CHUNK', `the chunk cannot be read: ${why}`)
}

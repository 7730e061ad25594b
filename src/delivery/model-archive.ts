import { promisify } from 'node:util'
import { gunzip, gzipSync } from 'node:zlib'
import { ModelError } from '../errors.js'
import { readUstar } from './ustar-reader.js'
import { writeUstar } from './ustar-writer.js'

/** What a device needs of a model, and the card that says what it is. */
const REQUIRED = ['manifest.json', 'weights.bin', 'golden.json'] as const
export const MODEL_CARD = 'MODEL_CARD.md'
export const ARCHIVE_NAMES: ReadonlySet<string> = new Set([...REQUIRED, MODEL_CARD])
export const ARCHIVE_ENDING = '.affectd-model'

/** Weights and golden vectors shrink by far less; what grows more is made to. */
const MAX_GROWTH = 8
/** A small archive may hold much JSON. */
const LEAST_UNPACKED_BYTES = 4 * 2 ** 20

/** Files of a model by name, in the order of `ARCHIVE_NAMES`. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>

/** The most that an archive may hold, unpacked. */
export function maxUnpackedBytes(archiveBytes: number): number {
  return Math.max(LEAST_UNPACKED_BYTES, MAX_GROWTH * archiveBytes)
}

/** One file that holds a model: gzip of ustar. The same model gives the same bytes with the same zlib. */
export function packModel(files: ModelFiles): Uint8Array {
  const ordered = [...ARCHIVE_NAMES].flatMap((name): [string, Uint8Array][] => {
    const content = files.get(name)
    return content === undefined ? [] : [[name, content]]
  })
  return gzipSync(writeUstar(new Map(ordered)), { level: 9 })
}

/**
 * Works beside the event loop: a microphone's bytes do not wait for it.
 *
 * @param archive as `packModel` makes it; hostile
 * @throws {ModelError} MODEL_ARCHIVE_BOMB, MODEL_TRUNCATED, MODEL_ARCHIVE, MODEL_ARCHIVE_PATH, MODEL_ARCHIVE_LINK
 */
export async function unpackModel(archive: Uint8Array): Promise<ModelFiles> {
  const maxFileBytes = maxUnpackedBytes(archive.length)
  const files = readUstar(await gunzipBounded(archive, maxFileBytes), { names: ARCHIVE_NAMES, maxFileBytes })
  for (const name of REQUIRED) {
    if (!files.has(name))
      throw new ModelError('MODEL_ARCHIVE', `the archive holds no ${name}; make it with affectd model sign`)
  }
  return files
}

async function gunzipBounded(archive: Uint8Array, maxOutputLength: number): Promise<Uint8Array> {
  let consumed: number
  let unpacked: Uint8Array
  try {
    const { buffer, engine } = await gunzipWithInfo(archive, { maxOutputLength, info: true })
    consumed = engine.bytesWritten
    unpacked = buffer
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new ModelError(
        'MODEL_ARCHIVE_BOMB',
        `the archive of ${archive.length} bytes would be more than ${maxOutputLength} unpacked: it is no model`,
        { cause },
      )
    }
    if (code === 'Z_BUF_ERROR') {
      throw new ModelError('MODEL_TRUNCATED', 'the archive ends too early; make it with affectd model sign', {
        cause,
      })
    }
    throw new ModelError(
      'MODEL_ARCHIVE',
      'the archive is no gzip, or damaged; make it with affectd model sign',
      { cause },
    )
  }
  if (consumed === archive.length) return unpacked
  throw new ModelError('MODEL_ARCHIVE', 'the archive goes on after its end; make it with affectd model sign')
}

/** With `info`, which the types leave out, it says how much of the input it took. */
const gunzipWithInfo = promisify(gunzip) as unknown as (
  input: Uint8Array,
  options: { readonly maxOutputLength: number; readonly info: true },
) => Promise<{ readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }>

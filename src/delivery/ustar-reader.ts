import { ModelError } from '../errors.js'

const BLOCK_BYTES = 512
const END_BYTES = 2 * BLOCK_BYTES
const MAGIC = 'ustar\u000000'
const REGULAR_FILE = '0'
const FLAT_NAME = /^[A-Za-z0-9._-]+$/
const OCTAL_11 = /^[0-7]{11}\0$/
const OCTAL_6 = /^[0-7]{6}\0 $/

export interface UstarLimits {
  /** The only names that may be in it. */
  readonly names: ReadonlySet<string>
  readonly maxFileBytes: number
}

/**
 * Reads the ustar archives that `writeUstar` writes, and nothing else of what tar can be: regular files alone, each once,
 * with flat names of a known list, no extensions, and not a byte that has no meaning. So there is nothing in it that one
 * reader could take for one thing and another for something else.
 *
 * @returns each file's content, a view of `bytes`, by name
 * @throws {ModelError} MODEL_ARCHIVE_PATH for a name that leads elsewhere, MODEL_ARCHIVE_LINK for what is no regular file,
 *   MODEL_TRUNCATED, MODEL_ARCHIVE for everything else
 * @see POSIX.1-1988, "ustar interchange format"
 */
export function readUstar(
  bytes: Uint8Array,
  { names, maxFileBytes }: UstarLimits,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  let at = 0
  while (!isZero(block(bytes, at))) {
    const { name, size } = readHeader(block(bytes, at))
    if (!names.has(name)) throw refusal(`${name} does not belong into a model`)
    if (files.has(name)) throw refusal(`${name} is in it twice`)
    if (size > maxFileBytes) throw refusal(`${name} has ${size} bytes, allowed: ${maxFileBytes}`)
    const start = at + BLOCK_BYTES
    const end = start + size
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES
    if (at > bytes.length) throw truncated()
    if (!isZero(bytes.subarray(end, at))) throw refusal(`there is something behind ${name}`)
    files.set(name, bytes.subarray(start, end))
  }
  if (bytes.length - at < END_BYTES) throw truncated()
  if (bytes.length - at > END_BYTES || !isZero(bytes.subarray(at))) throw refusal('it goes on after its end')
  return files
}

function readHeader(header: Uint8Array): { readonly name: string; readonly size: number } {
  const text = Buffer.from(header.buffer, header.byteOffset, header.length).toString('latin1')
  const field = (from: number, length: number): string => text.slice(from, from + length)
  if (field(257, 8) !== MAGIC) throw refusal('it is no ustar archive')
  const sum = field(148, 8)
  if (!OCTAL_6.test(sum) || parseInt(sum, 8) !== checksum(header)) throw refusal('a header is damaged')
  const type = field(156, 1)
  const name = field(0, 100).replace(/\0+$/, '')
  if (type !== REGULAR_FILE || /[^\0]/.test(field(157, 100))) {
    throw new ModelError(
      'MODEL_ARCHIVE_LINK',
      `the archive holds ${JSON.stringify(name)}, which is no regular file but of type ${JSON.stringify(type)}; ${SIGN_AGAIN}`,
    )
  }
  if (/[/\\]/.test(name) || /^\.{0,2}$/.test(name) || /[^\0]/.test(field(345, 155))) {
    throw new ModelError(
      'MODEL_ARCHIVE_PATH',
      `the archive holds ${JSON.stringify(name)}, which would lie outside the model's folder or below it; ${SIGN_AGAIN}`,
    )
  }
  if (!FLAT_NAME.test(name)) throw refusal(`${JSON.stringify(name)} is no name`)
  const size = field(124, 12)
  if (!OCTAL_11.test(size)) throw refusal(`${name} has no size`)
  return { name, size: parseInt(size, 8) }
}

/** Sum of a header's bytes, its own field counting as spaces. */
export function checksum(header: Uint8Array): number {
  let sum = 8 * 0x20
  for (let i = 0; i < header.length; i++) if (i < 148 || i >= 156) sum += header[i]!
  return sum
}

function block(bytes: Uint8Array, at: number): Uint8Array {
  if (bytes.length - at < BLOCK_BYTES) throw truncated()
  return bytes.subarray(at, at + BLOCK_BYTES)
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

const SIGN_AGAIN = 'make it with affectd model sign'

function refusal(why: string): ModelError {
  return new ModelError('MODEL_ARCHIVE', `the archive cannot be read: ${why}; ${SIGN_AGAIN}`)
}

function truncated(): ModelError {
  return new ModelError('MODEL_TRUNCATED', `the archive ends too early; ${SIGN_AGAIN}`)
}

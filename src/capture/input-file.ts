import { open, stat, type FileHandle } from 'node:fs/promises'
import { InputError } from '../errors.js'
import type { ByteSource } from './byte-source.js'

/** A regular file, open for reading. Its size is the size it had when it was opened. */
export class InputFile implements ByteSource {
  private constructor(
    readonly name: string,
    readonly sizeBytes: number,
    private readonly handle: FileHandle,
  ) {}

  /** @throws {InputError} INPUT_NOT_FOUND, INPUT_UNREADABLE */
  static async open(path: string): Promise<InputFile> {
    try {
      // Opening a pipe blocks until somebody writes to it: look before opening.
      const before = await stat(path)
      if (!before.isFile()) {
        const kind = before.isDirectory() ? 'a directory' : 'not a regular file'
        throw new InputError('INPUT_UNREADABLE', `${path} is ${kind}: give the path of a WAV file`)
      }
      const handle = await open(path, 'r')
      const { size } = await handle.stat()
      return new InputFile(path, size, handle)
    } catch (error) {
      throw asInputError(path, error)
    }
  }

  async readInto(into: Uint8Array, position: number): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      const bytesRead = await this.readSome(into, filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  private async readSome(into: Uint8Array, offset: number, position: number): Promise<number> {
    try {
      return (await this.handle.read(into, offset, into.length - offset, position)).bytesRead
    } catch (error) {
      throw asInputError(this.name, error)
    }
  }
}

function asInputError(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new InputError('INPUT_NOT_FOUND', `${path} does not exist: check the path`, { cause: error })
  }
  return new InputError('INPUT_UNREADABLE', `${path} cannot be read (${code}): check its permissions`, {
    cause: error,
  })
}

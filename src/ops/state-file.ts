import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * A small file that survives a restart and a power cut: after a write there is either the old content or the new.
 * Synchronous, so that no two writes cross; one takes as long as the card takes to sync, tens of milliseconds.
 * Every method throws the error of the file system (`code`: EROFS, EACCES, …).
 */
export class StateFile {
  readonly path: string
  readonly #partPath: string

  /** @param folder is made when it is needed, for this user alone */
  constructor(
    private readonly folder: string,
    name: string,
  ) {
    this.path = join(folder, name)
    this.#partPath = `${this.path}.part`
  }

  /** Throws unless the folder can be written into, by the look of it. */
  prepare(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    accessSync(this.folder, constants.W_OK | constants.X_OK)
  }

  /**
   * @param maxBytes a larger file is not read
   * @returns undefined if there is none
   */
  read(maxBytes: number): Uint8Array | undefined {
    let file: number
    try {
      // Opening what is no file, such as a pipe, must not wait for whoever might write into it.
      file = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    try {
      if (!fstatSync(file).isFile()) throw new Error('it is no regular file')
      const bytes = Buffer.alloc(maxBytes + 1)
      let length = 0
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = readSync(file, bytes, length, bytes.length - length, null)
      }
      if (length > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`)
      return bytes.subarray(0, length)
    } finally {
      closeSync(file)
    }
  }

  write(text: string): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    // Left by a power cut, or put there by somebody: 'wx' neither follows nor reuses it.
    rmSync(this.#partPath, { force: true })
    const file = openSync(this.#partPath, 'wx', 0o600)
    try {
      try {
        writeFileSync(file, text)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(this.#partPath, this.path)
    } catch (error) {
      this.#dropPart()
      throw error
    }
    this.#syncFolder()
  }

  /** Also if there is none. */
  remove(): void {
    rmSync(this.#partPath, { force: true })
    rmSync(this.path, { force: true })
    this.#syncFolder()
  }

  /** A disk that failed to write may fail to delete as well; the next write does it then. */
  #dropPart(): void {
    try {
      rmSync(this.#partPath, { force: true })
    } catch {
      // What is wrong with the disk has been found already.
    }
  }

  /** A name, too, is on the disk only once its folder is. */
  #syncFolder(): void {
    let folder: number
    try {
      folder = openSync(this.folder, constants.O_RDONLY)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw error
    }
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  }
}

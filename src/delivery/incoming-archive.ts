import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelError } from '../errors.js'
import { StateFile } from '../ops/state-file.js'
import { orderJson, parseOrder, type ModelOrder } from './model-order.js'
import { notKept } from './model-shelf.js'

const ORDER_MAX_BYTES = 1024

/**
 * The archive that is coming, in a file that grows: a restart goes on where it was. It is not synced until it is whole: a
 * power cut costs what the system had not written yet, or leaves what the hash then refuses.
 */
export class IncomingArchive {
  readonly #orderFile: StateFile
  readonly #path: string
  #order: ModelOrder | undefined
  #offset = 0

  /** @param folder of the shelf */
  constructor(private readonly folder: string) {
    this.#orderFile = new StateFile(folder, 'incoming.json')
    this.#path = join(folder, 'incoming.part')
    this.#recall()
  }

  /** What is being received; undefined: nothing. */
  get order(): ModelOrder | undefined {
    return this.#order
  }

  /** Bytes that are here. */
  get offset(): number {
    return this.#offset
  }

  /**
   * Begins, or goes on with what is here of the same archive.
   *
   * @throws {ModelError} MODEL_NOT_KEPT, MODEL_DISK_FULL
   */
  begin(order: ModelOrder): void {
    if (this.#order?.sha256 === order.sha256 && this.#order.size === order.size) return
    this.drop()
    try {
      this.#orderFile.write(JSON.stringify(orderJson(order)))
    } catch (cause) {
      throw notKept(this.folder, cause)
    }
    this.#order = order
  }

  /**
   * @param bytes what follows on `offset`; no more than are missing
   * @throws {ModelError} MODEL_NOT_KEPT, MODEL_DISK_FULL
   */
  append(bytes: Uint8Array): void {
    try {
      const file = openSync(this.#path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
      try {
        for (let done = 0; done < bytes.length;) {
          done += writeSync(file, bytes, done, bytes.length - done, this.#offset + done)
        }
      } finally {
        closeSync(file)
      }
    } catch (cause) {
      throw notKept(this.#path, cause)
    }
    this.#offset += bytes.length
  }

  /**
   * The whole archive, once all of it is here; synced, since what is refused for want of room is asked for again.
   *
   * @throws {ModelError} MODEL_ARCHIVE_HASH if it is not what was ordered: it is forgotten then; MODEL_NOT_KEPT
   */
  async read(): Promise<Uint8Array> {
    const { size, sha256 } = this.#order!
    const bytes = await this.#contents(size)
    const actual = createHash('sha256').update(bytes).digest('hex')
    if (actual === sha256) return bytes
    this.drop()
    throw new ModelError(
      'MODEL_ARCHIVE_HASH',
      `what was received has SHA-256 ${actual}, ordered was ${sha256}; send it again from the beginning`,
    )
  }

  /** Forgets what is here. */
  drop(): void {
    this.#order = undefined
    this.#offset = 0
    try {
      rmSync(this.#path, { force: true })
      this.#orderFile.remove()
    } catch {
      // What stays is written over by the next one.
    }
  }

  async #contents(size: number): Promise<Uint8Array> {
    try {
      const file = await open(this.#path, 'r')
      try {
        await file.sync()
        const bytes = new Uint8Array(size)
        for (let done = 0, read = -1; done < size && read !== 0; done += read) {
          read = (await file.read(bytes, done, size - done, done)).bytesRead
        }
        return bytes
      } finally {
        await file.close()
      }
    } catch (cause) {
      throw notKept(this.#path, cause)
    }
  }

  /** What a process before left, if it can be gone on with. */
  #recall(): void {
    try {
      const kept = this.#orderFile.read(ORDER_MAX_BYTES)
      if (kept === undefined) return
      const order = parseOrder(JSON.parse(Buffer.from(kept).toString('utf8')))
      this.#offset = this.#lengthOnDisk(order.size)
      this.#order = order
    } catch {
      this.drop()
    }
  }

  #lengthOnDisk(atMost: number): number {
    let file: number
    try {
      file = openSync(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
      throw error
    }
    try {
      const stats = fstatSync(file)
      if (!stats.isFile()) throw new Error('it is no file')
      if (stats.size > atMost) truncateSync(this.#path, atMost)
      return Math.min(stats.size, atMost)
    } finally {
      closeSync(file)
    }
  }
}

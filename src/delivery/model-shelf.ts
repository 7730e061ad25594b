import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelError } from '../errors.js'
import { reasonOf } from '../reason-of.js'
import type { ModelFiles } from './model-archive.js'
import type { ModelOrder } from './model-order.js'
import { syncFolder, writeSynced } from './synced-file.js'

const NAME_DIGITS = 16
/** What this shelf makes; anything else in its folder is left alone. */
const OURS = /^[0-9a-f]{16}(\.part)?$/
/** Left free for everything else that the device writes. */
const SPARE_BYTES = 8 * 2 ** 20

/** The delivered models on the disk, each in a folder of its own, named after its archive. */
export class ModelShelf {
  /** @param folder is made when it is needed, for this user alone */
  constructor(readonly folder: string) {}

  directoryOf(order: Pick<ModelOrder, 'sha256'>): string {
    return join(this.folder, order.sha256.slice(0, NAME_DIGITS))
  }

  /** @throws {ModelError} MODEL_NOT_KEPT */
  prepare(): void {
    this.#orNotKept(() => mkdirSync(this.folder, { recursive: true, mode: 0o700 }))
  }

  /**
   * @param bytes about to be written
   * @throws {ModelError} MODEL_DISK_FULL unless there is room for them and some more; MODEL_NOT_KEPT
   */
  checkRoom(bytes: number): void {
    this.prepare()
    const { bavail, bsize } = this.#orNotKept(() => statfsSync(this.folder))
    const freeBytes = bavail * bsize
    if (freeBytes >= bytes + SPARE_BYTES) return
    throw new ModelError(
      'MODEL_DISK_FULL',
      `${this.folder} has ${megabytes(freeBytes)} free, the model needs ${megabytes(bytes)} and ` +
        `${megabytes(SPARE_BYTES)} must stay free; make room`,
    )
  }

  /**
   * Writes a model so that after a power cut it is there whole or not at all. Beside the event loop, but for `check`.
   *
   * @param check looks at it as it lies on the disk, before it gets its name
   * @throws {ModelError} MODEL_NOT_KEPT, MODEL_DISK_FULL, and what `check` throws
   */
  async place<T>(order: ModelOrder, files: ModelFiles, check: (directory: string) => T): Promise<T> {
    const directory = this.directoryOf(order)
    const part = `${directory}.part`
    try {
      await this.#kept(async () => {
        await rm(part, { recursive: true, force: true })
        await mkdir(part, { recursive: true, mode: 0o700 })
        for (const [name, content] of files) await writeSynced(join(part, name), content)
        await syncFolder(part)
      })
      const checked = check(part)
      await this.#kept(async () => {
        // Of the same archive, and not the active one, which is not installed again.
        await rm(directory, { recursive: true, force: true })
        await rename(part, directory)
        await syncFolder(this.folder)
      })
      return checked
    } catch (error) {
      await rm(part, { recursive: true, force: true }).catch(() => undefined)
      throw error
    }
  }

  /** Removes all but these. What cannot be removed stays until the next time. */
  keepOnly(orders: readonly (ModelOrder | undefined)[]): void {
    const kept = orders.map((order) => order?.sha256.slice(0, NAME_DIGITS))
    try {
      if (!existsSync(this.folder)) return
      for (const name of readdirSync(this.folder)) {
        if (!OURS.test(name) || kept.includes(name.slice(0, NAME_DIGITS))) continue
        rmSync(join(this.folder, name), { recursive: true, force: true })
      }
    } catch {
      // A read-only disk keeps what it has.
    }
  }

  #orNotKept<T>(work: () => T): T {
    try {
      return work()
    } catch (cause) {
      throw notKept(this.folder, cause)
    }
  }

  async #kept(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      throw notKept(this.folder, cause)
    }
  }
}

/** What a failing disk means for a delivery. */
export function notKept(path: string, cause: unknown): ModelError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ModelError('MODEL_DISK_FULL', `${path}: the disk is full; make room`, { cause })
  }
  return new ModelError(
    'MODEL_NOT_KEPT',
    `${path} cannot be written (${reasonOf(cause)}); mend device.state_dir`,
    { cause },
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`
}

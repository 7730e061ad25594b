import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EventStore, StoredKey, Survey } from './event-store.js'
import { StoreFault } from './event-store.js'
import { openLevelStore, repairLevelStore } from './level-store.js'

/** A store that was read through once. */
export interface OpenedStore {
  readonly store: EventStore
  readonly survey: Survey
  /** Repaired: what could be read is there. Set aside: nothing could, a new store was begun. */
  readonly mended: null | { readonly how: 'repaired' | 'set_aside'; readonly why: string }
}

/** Room for the tables that opening writes, besides the logs that they are made of. */
const SPARE_BYTES = 64 * 1024
const PROBE_STEP_BYTES = 64 * 1024
const ASIDE_SUFFIX = '.damaged'
/** What LevelDB has made by the time that a new store is open. */
const MADE_AT_BIRTH = /^(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(log|dbtmp))$/

/**
 * Opens the store in a folder whatever became of it: a damaged one is repaired, and what cannot be repaired is set
 * aside beside it, in place of what was set aside before. One whose making was cut short is made anew, without a word. A
 * store is only touched so on a disk that can be written.
 *
 * @param doomed deleted before anything is counted
 * @throws {StoreFault} `locked` or `unavailable`
 */
export async function openEventStore(
  folder: string,
  doomed: readonly StoredKey[] = [],
): Promise<OpenedStore> {
  try {
    return { ...(await openAndRead(folder, doomed)), mended: null }
  } catch (error) {
    const why = unlessDamaged(error)
    await proveWritable(folder, 0)
    if (await isUnborn(folder)) {
      await rm(folder, { recursive: true, force: true })
      return { ...(await openAndRead(folder, [])), mended: null }
    }
    try {
      await repairLevelStore(folder)
      return { ...(await openAndRead(folder, doomed)), mended: { how: 'repaired', why } }
    } catch (again) {
      unlessDamaged(again)
      await setAside(folder)
      return { ...(await openAndRead(folder, [])), mended: { how: 'set_aside', why } }
    }
  }
}

async function openAndRead(
  folder: string,
  doomed: readonly StoredKey[],
): Promise<Pick<OpenedStore, 'store' | 'survey'>> {
  const store = await openLevelStore(folder)
  try {
    if (doomed.length > 0) await store.write([], doomed)
    return { store, survey: await store.survey() }
  } catch (error) {
    await store.close().catch(() => undefined)
    throw error
  }
}

/**
 * Whether no event can have been written: LevelDB (1.20, `DBImpl::NewDB`) names the first MANIFEST of a store on the disk
 * before it syncs what is in it, so that a power cut leaves an empty one.
 */
async function isUnborn(folder: string): Promise<boolean> {
  try {
    const names = await readdir(folder)
    return names.every((name) => MADE_AT_BIRTH.test(name)) && (await logBytes(folder)) === 0
  } catch {
    return false
  }
}

async function setAside(folder: string): Promise<void> {
  try {
    await rm(folder + ASIDE_SUFFIX, { recursive: true, force: true })
    await rename(folder, folder + ASIDE_SUFFIX)
  } catch (cause) {
    throw new StoreFault('unavailable', (cause as Error).message, { cause })
  }
}

/**
 * Writes and deletes as much as opening may need. A store that was closed and cannot be opened for want of room can be
 * neither written nor read until there is some.
 *
 * @param extraBytes what is to be written at once
 * @throws {StoreFault} `unavailable`
 */
export async function proveWritable(folder: string, extraBytes: number): Promise<void> {
  const path = `${folder}.probe`
  try {
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
    // Left by a process that was killed, or put there by somebody.
    await rm(path, { force: true })
    const file = await open(path, 'wx', 0o600)
    try {
      const needed = SPARE_BYTES + extraBytes + (await logBytes(folder))
      const zeros = Buffer.alloc(PROBE_STEP_BYTES)
      for (let written = 0; written < needed; written += zeros.length) await file.writeFile(zeros)
      await file.sync()
    } finally {
      await file.close()
      await rm(path, { force: true })
    }
  } catch (cause) {
    throw new StoreFault('unavailable', (cause as Error).message, { cause })
  }
}

async function logBytes(folder: string): Promise<number> {
  let total = 0
  try {
    for (const name of await readdir(folder)) {
      if (name.endsWith('.log')) total += (await stat(join(folder, name))).size
    }
  } catch {
    // Missing or no folder: opening says so.
  }
  return total
}

/** @returns why it is damaged */
function unlessDamaged(error: unknown): string {
  if (error instanceof StoreFault && error.fault === 'damaged') return error.message
  throw error
}

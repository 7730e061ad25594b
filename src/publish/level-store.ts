import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type * as classic from 'classic-level'
import { encodeEvent, eventKey, keyRange, parseEvent } from './event-record.js'
import { EVENT_KINDS, StoreFault } from './event-store.js'
import type { EventKind, EventStore, StoredEvent, StoredKey, Survey } from './event-store.js'

/** LevelDB holds up to two of these in memory, and writes one to a table when it is full. */
const WRITE_BUFFER_BYTES = 1024 * 1024
const CACHE_BYTES = 512 * 1024
const SURVEY_STEP = 256

/** What LevelDB says of a disk that may work again, in the words of the C library. */
const PASSING =
  /no space|quota|permission|read-only|input\/output|too many open|cannot allocate|not permitted|stale/i

type Database = classic.ClassicLevel<string, string>

/**
 * Opens the store in a folder, or begins one. Only one process at a time can have it open.
 *
 * @param folder is made if it is missing, for this user alone
 * @throws {StoreFault}
 */
export async function openLevelStore(folder: string): Promise<EventStore> {
  const { ClassicLevel } = await loadLevel()
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await refuseHeadless(folder)
  } catch (error) {
    throw faultOf(error)
  }
  // Begins to open by itself.
  const database = new ClassicLevel<string, string>(folder, {
    keyEncoding: 'utf8',
    valueEncoding: 'utf8',
    writeBufferSize: WRITE_BUFFER_BYTES,
    cacheSize: CACHE_BYTES,
  })
  try {
    await database.open()
    // Opening renames and deletes: without this a power cut could bring back a name whose file is gone.
    await syncPath(folder)
    return new LevelStore(folder, database)
  } catch (error) {
    await database.close().catch(() => undefined)
    throw faultOf(error)
  }
}

/**
 * Makes a store of whatever tables and logs lie in the folder.
 *
 * @throws {StoreFault}
 */
export async function repairLevelStore(folder: string): Promise<void> {
  const { ClassicLevel } = await loadLevel()
  try {
    await ClassicLevel.repair(folder)
  } catch (error) {
    throw faultOf(error)
  }
}

/** Loaded when it is needed: a machine for which there is no native part can still run without a disk outbox. */
async function loadLevel(): Promise<typeof classic> {
  try {
    return await import('classic-level')
  } catch (cause) {
    throw new StoreFault('unavailable', `classic-level cannot be loaded: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** LevelDB would begin a new store where CURRENT is missing, and delete the tables and logs beside it as left over. */
async function refuseHeadless(folder: string): Promise<void> {
  const names = await readdir(folder)
  const holdsEvents = names.some((name) => /\.(log|ldb|sst)$/.test(name))
  if (holdsEvents && !names.includes('CURRENT')) throw new StoreFault('damaged', 'CURRENT is missing')
}

class LevelStore implements EventStore {
  constructor(
    private readonly folder: string,
    private readonly database: Database,
  ) {}

  async write(add: readonly StoredEvent[], remove: readonly StoredKey[]): Promise<void> {
    await this.#guard(
      this.database.batch([
        ...add.map((event) => ({
          type: 'put' as const,
          key: eventKey(event.message.kind, event.position),
          value: encodeEvent(event).value,
        })),
        ...remove.map(({ kind, position }) => ({ type: 'del' as const, key: eventKey(kind, position) })),
      ]),
    )
  }

  /**
   * Through files of our own: LevelDB syncs only the log that it writes to now, not the one before, whose events may
   * not be in a table yet, and never the folder, which holds the log's name.
   */
  async sync(): Promise<void> {
    await syncPath(this.folder)
    for (const name of await readdir(this.folder)) {
      if (name.endsWith('.log')) await syncPath(join(this.folder, name))
    }
  }

  async read(kind: EventKind, afterPosition: number, count: number): Promise<readonly StoredEvent[]> {
    const range = keyRange(kind, afterPosition)
    const entries = await this.#guard(this.database.iterator({ ...range, limit: count }).all())
    return entries.map(([key, value]) => {
      const event = parseEvent(key, value)
      // `survey` has read them all: it was damaged since.
      if (event === undefined) throw new StoreFault('damaged', `the event under ${key} is damaged`)
      return event
    })
  }

  async find(position: number): Promise<StoredEvent | undefined> {
    for (const kind of EVENT_KINDS) {
      const [event] = await this.read(kind, position - 1, 1)
      if (event?.position === position) return event
    }
    return undefined
  }

  async survey(): Promise<Survey> {
    const count = { event: 0, alert: 0 }
    const bytes = { event: 0, alert: 0 }
    let lastPosition = 0
    let lastStampMs = 0
    let unreadable = 0
    const iterator = this.database.iterator()
    try {
      for (;;) {
        const entries = await this.#guard(iterator.nextv(SURVEY_STEP))
        if (entries.length === 0) return { count, bytes, lastPosition, lastStampMs, unreadable }
        const bad: string[] = []
        for (const [key, value] of entries) {
          const event = parseEvent(key, value)
          if (event === undefined) {
            bad.push(key)
            continue
          }
          count[event.message.kind] += 1
          bytes[event.message.kind] += event.bytes
          lastPosition = Math.max(lastPosition, event.position)
          lastStampMs = Math.max(lastStampMs, event.stampMs)
        }
        unreadable += bad.length
        if (bad.length > 0) await this.#guard(this.database.batch(bad.map((key) => ({ type: 'del', key }))))
      }
    } finally {
      await iterator.close()
    }
  }

  async close(): Promise<void> {
    await this.#guard(this.database.close())
  }

  async #guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw faultOf(error)
    }
  }
}

/** Any descriptor of a file will do: what is synced is the file. */
async function syncPath(path: string): Promise<void> {
  try {
    const file = await open(path, 'r')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    // A log that is gone has become a table, which LevelDB synced first.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw faultOf(error)
  }
}

function faultOf(error: unknown): StoreFault {
  if (error instanceof StoreFault) return error
  const { cause = error } = error as { readonly cause?: unknown }
  const { code, message } = cause as NodeJS.ErrnoException
  const fault = code === 'LEVEL_LOCKED' ? 'locked' : isPassing(code, message) ? 'unavailable' : 'damaged'
  return new StoreFault(fault, message, { cause: error })
}

function isPassing(code: string | undefined, message: string): boolean {
  const isOfLevel = code?.startsWith('LEVEL_') ?? false
  return PASSING.test(message) || (!isOfLevel && code !== 'EEXIST' && code !== 'ENOTDIR')
}

import { ConfigError, PublishError } from '../errors.js'
import type { Clock, Timer } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { encodeEvent } from './event-record.js'
import type { EventKind, EventStore, StoredEvent, StoredKey } from './event-store.js'
import { StoreFault } from './event-store.js'
import { HeldEvents } from './held-events.js'
import { openEventStore, proveWritable } from './open-event-store.js'
import { excess, roomFor } from './outbox-bounds.js'
import type { OutboxBounds } from './outbox-bounds.js'
import { DropCounter } from './outbox-drops.js'
import type { DropCause } from './outbox-drops.js'
import { OutboxRegister } from './outbox-register.js'
import type { RegisterFile } from './outbox-register.js'
import type { Outbox, OutboxEntry } from './outbox.js'
import type { Message, OutboxDrops, OutboxStore } from './publisher.js'
import { SyncWindow } from './sync-window.js'

/** Between two attempts to get from memory back to the disk. */
export const RETRY_MS = 30_000
/** Between two looks for events that have become too old, and two notes of the time. */
const AGE_CHECK_MS = 10 * 60_000
const MOVED_AT_ONCE = 64

export interface DiskOutboxOptions {
  /** Made at the start. */
  readonly folder: string
  readonly registerFile: RegisterFile
  readonly bounds: OutboxBounds
  /** See `SyncWindow`. */
  readonly syncWindowMs: number
  readonly clock: Clock
  readonly log: Logger
  /** In [0, 1). */
  readonly random: () => number
}

/**
 * An outbox that outlives the process, and the power: an event is on the disk before `append` resolves, and synced
 * within a window. Where the disk fails, new events wait in memory behind those on the disk, until it works again.
 *
 * disk → memory when opening, writing or syncing fails, or the store is damaged; memory → disk when opening the store
 * anew and writing what waited succeeds, tried every 30 s and at the end. From `open` to `close` nobody else has the
 * store, unless it could not be opened.
 *
 * Longer than a file should be: what is pure or has a state of its own (order, bounds, ages, syncs) is in files beside it,
 * and what is left is the order of steps over one state, which is easier to check in one place.
 */
export class DiskOutbox implements Outbox {
  readonly #options: DiskOutboxOptions
  readonly #register: OutboxRegister
  readonly #drops: DropCounter
  readonly #window: SyncWindow
  #store: EventStore | undefined
  #mode: OutboxStore = 'disk'
  #onStoreChange: (store: OutboxStore) => void = () => undefined
  readonly #held = new HeldEvents((error) => this.#degrade(error))
  /** May or may not be in the store: writing them failed. */
  #uncertain: StoredKey[] = []
  #largestBytes = 0
  #turn: Promise<unknown> = Promise.resolve()
  #retry: Timer | undefined
  #ageCheck: Timer | undefined
  #isClosed = false
  #wakeWaiter: (() => void) | undefined

  constructor(options: DiskOutboxOptions) {
    const { registerFile, clock, log, syncWindowMs } = options
    this.#options = options
    this.#register = new OutboxRegister(registerFile, clock)
    this.#drops = new DropCounter(clock, log)
    const sync = async (): Promise<void> => await this.#store?.sync()
    this.#window = new SyncWindow(clock, syncWindowMs, sync, (error) => this.#degrade(error))
  }

  get depth(): number {
    return this.#held.total
  }

  get hasSpace(): boolean {
    const { count, bytes } = this.#held
    const { maxEvents, maxBytes } = this.#options.bounds
    const depth = count.event + count.alert
    return depth === 0 || (depth < maxEvents && bytes.event + bytes.alert + this.#largestBytes <= maxBytes)
  }

  get dropped(): number {
    return this.#drops.total
  }

  get droppedBy(): OutboxDrops {
    return this.#drops.by
  }

  get store(): OutboxStore {
    return this.#mode
  }

  onStoreChange(listener: (store: OutboxStore) => void): void {
    this.#onStoreChange = listener
    if (this.#mode === 'memory') listener('memory')
  }

  /** @throws {ConfigError} CONFIG_STATE_DIR_IN_USE */
  open(): Promise<void> {
    return this.#inTurn(nothing, async () => {
      const { folder, log, random } = this.#options
      try {
        await this.#attach()
      } catch (error) {
        if (error instanceof StoreFault && error.fault === 'locked') throw inUse(folder, error)
        this.#register.leap(random())
        this.#degrade(error)
      }
      this.#checkAgeLater()
      await this.#dropExcess()
      if (this.depth > 0) log.info({ outbox_depth: this.depth }, 'events of an earlier run are sent first')
    })
  }

  append(message: Message): Promise<void> {
    return this.#inTurn(refuse, async () => {
      if (message.kind === 'state') return
      await this.#dropTooOld()
      const stampMs = this.#register.age.now()
      const event = kept(message, message.kind)
      const { bytes } = encodeEvent({ message: event, stampMs })
      if (!(await this.#makeRoom(message.kind, bytes))) return
      this.#largestBytes = Math.max(this.#largestBytes, bytes)
      const position = this.#register.nextPosition()
      await this.#keep({ position, message: event, stampMs, bytes })
    })
  }

  waitForSpace(): Promise<void> {
    if (this.hasSpace || this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wakeWaiter = resolve
    })
  }

  oldest(count: number): Promise<readonly OutboxEntry[]> {
    return this.#inTurn(none, async () => {
      await this.#dropTooOld()
      return await this.#held.oldest(count)
    })
  }

  remove(position: number): Promise<void> {
    return this.#inTurn(nothing, async () => {
      const event = await this.#held.find(position)
      if (event === undefined) return
      this.#forget(event)
      await this.#flushDeletions()
    })
  }

  close(): Promise<void> {
    return this.#inTurn(nothing, async () => {
      this.#isClosed = true
      this.#retry?.clear()
      this.#ageCheck?.clear()
      this.#wake()
      if (this.#mode === 'disk') await this.#flushSyncs()
      if (this.#mode === 'memory') {
        if (this.#isBehind) await this.#returnToDisk()
        await this.#flushSyncs()
      }
      this.#noteTime()
      this.#drops.say()
      await this.#store?.close().catch(() => undefined)
      this.#store = undefined
      this.#retry?.clear()
    })
  }

  /**
   * Every call waits for the ones before it: what is held in memory always agrees with the store. One whose turn comes
   * after the end does `late` instead: somebody else may have the store by then.
   */
  #inTurn<T>(late: () => T, act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(() => (this.#isClosed ? late() : act()))
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** @returns false if the event cannot be kept at all */
  async #makeRoom(kind: EventKind, bytes: number): Promise<boolean> {
    for (;;) {
      const verdict = roomFor({ kind, bytes }, this.#held, this.#options.bounds)
      if (verdict === null) return true
      if (verdict.act === 'refuse' || !(await this.#dropOldest(verdict.kind, verdict.cause))) {
        this.#drops.add(verdict.cause)
        return false
      }
    }
  }

  async #dropExcess(): Promise<void> {
    for (;;) {
      const verdict = excess(this.#held, this.#options.bounds)
      if (verdict === null || !(await this.#dropOldest(verdict.kind, verdict.cause))) break
      if (this.#held.stored.undeleted.size >= MOVED_AT_ONCE) await this.#flushDeletions()
    }
    await this.#flushDeletions()
  }

  /** Deleted from the disk with the next write. */
  async #dropOldest(kind: EventKind, cause: DropCause): Promise<boolean> {
    const event = await this.#held.oldestOf(kind)
    if (event === undefined) return false
    this.#forget(event)
    this.#drops.add(cause)
    return true
  }

  async #dropTooOld(): Promise<void> {
    const { maxAgeMs } = this.#options.bounds
    if (maxAgeMs === 0) return
    const now = this.#register.age.now()
    for (;;) {
      const [event] = await this.#held.oldest(1)
      if (event === undefined || now - event.stampMs <= maxAgeMs) break
      this.#forget(event)
      this.#drops.add('age')
      if (this.#held.stored.undeleted.size >= MOVED_AT_ONCE) await this.#flushDeletions()
    }
    await this.#flushDeletions()
  }

  #forget(event: StoredEvent): void {
    this.#held.forget(event)
    this.#window.gone(event.position)
    if (this.hasSpace) this.#wake()
  }

  /** Whether the disk lacks something that this process knows: events, deletions, a sync. */
  get #isBehind(): boolean {
    const { waiting, stored } = this.#held
    return waiting.total > 0 || stored.undeleted.size > 0 || this.#window.isBehind
  }

  async #flushSyncs(): Promise<void> {
    await this.#window.flush().catch((error: unknown) => this.#degrade(error))
  }

  async #flushDeletions(): Promise<void> {
    if (this.#mode === 'disk' && this.#held.stored.undeleted.size > 0) await this.#write([])
  }

  async #keep(event: StoredEvent): Promise<void> {
    if (this.#mode === 'memory' || !(await this.#write([event]))) {
      this.#held.waiting.add(event)
      return
    }
    try {
      await this.#window.wrote(event.position)
    } catch (error) {
      // It can be read, so it stays where it is; opening the store anew writes it into a table that is synced.
      this.#degrade(error)
    }
  }

  /** Adds events to the store, and deletes what is to be deleted. @returns false if the disk failed */
  async #write(events: readonly StoredEvent[]): Promise<boolean> {
    const doomed = this.#held.stored.undeletedKeys
    let tried: readonly StoredEvent[] = []
    try {
      this.#register.claim()
      if (this.#store === undefined) throw new StoreFault('unavailable', 'the outbox is not open')
      tried = events
      await this.#store.write(events, doomed)
    } catch (error) {
      this.#uncertain.push(...tried.map(keyOf))
      this.#degrade(error)
      return false
    }
    for (const { position } of doomed) this.#held.stored.undeleted.delete(position)
    for (const event of events) this.#held.stored.added(event)
    return true
  }

  /** Opens the store, whatever became of it, and counts what is in it. Throws a `StoreFault`. */
  async #attach(): Promise<EventStore> {
    const { folder, log } = this.#options
    const doomed = [...this.#uncertain, ...this.#held.stored.undeletedKeys]
    const { store, survey, mended } = await openEventStore(folder, doomed)
    this.#store = store
    this.#uncertain = []
    this.#held.stored.undeleted.clear()
    this.#held.stored.use(store, survey)
    this.#register.sawInStore(survey.lastPosition, survey.lastStampMs)
    this.#drops.add('unreadable', survey.unreadable)
    if (mended === null) return store
    const fields = { code: 'PUBLISH_OUTBOX_DAMAGED', path: folder, reason: mended.why, how: mended.how }
    log.error(
      fields,
      `the outbox on disk was damaged; ${this.#held.stored.total} events in it could be saved`,
    )
    return store
  }

  #degrade(error: unknown): void {
    if (this.#mode === 'disk') {
      const fields = { code: 'PUBLISH_OUTBOX_MEMORY', path: this.#options.folder, reason: reasonOf(error) }
      this.#options.log.error(fields, 'new events are kept in memory only, until the disk can be written')
      this.#mode = 'memory'
      this.#onStoreChange('memory')
    }
    this.#window.pause()
    this.#retry ??= this.#options.clock.after(RETRY_MS, () => {
      this.#retry = undefined
      void this.#inTurn(nothing, () => this.#returnToDisk())
    })
  }

  async #returnToDisk(): Promise<void> {
    const { folder, log } = this.#options
    try {
      // As long as the store is open, what is in it can at least be read.
      await proveWritable(folder, this.#held.waiting.bytes.event + this.#held.waiting.bytes.alert)
      await this.#store?.close().catch(() => undefined)
      this.#store = undefined
      this.#held.stored.use(undefined)
      const store = await this.#attach()
      await this.#moveWaiting(store)
      await store.sync()
      this.#window.settle()
    } catch (error) {
      this.#degrade(error)
      return
    }
    this.#mode = 'disk'
    this.#onStoreChange('disk')
    await this.#dropExcess()
    log.info({ outbox_depth: this.depth }, 'the outbox is on disk again')
  }

  async #moveWaiting(store: EventStore): Promise<void> {
    if (this.#held.waiting.total > 0) this.#register.claim()
    for (;;) {
      const events = this.#held.waiting.oldest(MOVED_AT_ONCE)
      if (events.length === 0) return
      this.#uncertain = events.map(keyOf)
      await store.write(events, [])
      this.#uncertain = []
      for (const event of events) {
        this.#held.waiting.remove(event.position)
        this.#held.stored.added(event)
        this.#window.owe(event.position)
      }
    }
  }

  #checkAgeLater(): void {
    if (this.#options.bounds.maxAgeMs === 0) return
    this.#ageCheck = this.#options.clock.after(AGE_CHECK_MS, () => {
      this.#checkAgeLater()
      void this.#inTurn(nothing, async () => {
        await this.#dropTooOld()
        this.#noteTime()
      })
    })
  }

  /** So that events also age where the device is started again and again and its clock cannot be trusted. */
  #noteTime(): void {
    if (this.#options.bounds.maxAgeMs === 0 || this.#held.stored.total === 0) return
    try {
      this.#register.save()
    } catch (error) {
      this.#options.log.debug({ reason: reasonOf(error) }, 'the time could not be noted')
    }
  }

  #wake(): void {
    const wake = this.#wakeWaiter
    this.#wakeWaiter = undefined
    wake?.()
  }
}

function nothing(): void {
  return
}

function none(): readonly OutboxEntry[] {
  return []
}

function refuse(): void {
  throw new PublishError('PUBLISH_CLOSED', 'the outbox is closed: nothing more is kept')
}

function kept({ topic, payload, qos, retain }: Message, kind: EventKind): StoredEvent['message'] {
  return { topic, payload, qos, retain, kind }
}

function keyOf({ position, message }: StoredEvent): StoredKey {
  return { position, kind: message.kind }
}

function reasonOf(error: unknown): string {
  return (error as Error).message
}

function inUse(folder: string, cause: StoreFault): ConfigError {
  return new ConfigError(
    'CONFIG_STATE_DIR_IN_USE',
    `another process has ${folder} open: end the other affectd, or give this one a device.state_dir of its own`,
    { cause },
  )
}

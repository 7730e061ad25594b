import type { Message, OutboxDrops, OutboxStore } from './publisher.js'

/** An event on its way. */
export interface OutboxEntry {
  /** Rises by one per accepted event and is never used again, also after a restart. */
  readonly position: number
  readonly message: Message
}

/**
 * Events and alerts that the broker has not acknowledged yet, oldest first, within bounds. What has been appended is
 * kept as safely as the implementation can: in memory until the process ends, on disk beyond that. Where there is no
 * room, the oldest event goes; alerts go only when nothing else is left.
 */
export interface Outbox {
  readonly depth: number
  /** Events that were dropped, since the start. One of them may have been on its way and arrive yet. */
  readonly dropped: number
  readonly droppedBy: OutboxDrops
  readonly store: OutboxStore
  /** Told of every change of `store`, and at once if it is not what it should be. One listener. */
  onStoreChange(listener: (store: OutboxStore) => void): void
  /**
   * Takes up what an earlier process left. Before anything else.
   *
   * @throws {ConfigError} CONFIG_STATE_DIR_IN_USE
   */
  open(): Promise<void>
  /** Resolves when the event is kept. Makes room if the outbox is full: callers that can, wait for space first. */
  append(message: Message): Promise<void>
  /** Whether there is room for one more now. */
  readonly hasSpace: boolean
  /** Resolves when there is room for one more, or the outbox is closed. One caller at a time. */
  waitForSpace(): Promise<void>
  /** Up to `count` entries from the oldest on; they stay in the outbox. */
  oldest(count: number): Promise<readonly OutboxEntry[]>
  /** Forgets an event for good. Does nothing if it is not there any more. */
  remove(position: number): Promise<void>
  /** Lets go of waiters and files; what is kept on disk stays there. */
  close(): Promise<void>
}

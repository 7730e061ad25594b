import type { Message } from './publisher.js'

/** What is kept in the outbox: everything but states. */
export type EventKind = 'event' | 'alert'

export const EVENT_KINDS: readonly EventKind[] = ['event', 'alert']

/** An event as it lies in the outbox. */
export interface StoredEvent {
  readonly position: number
  readonly message: Message & { readonly kind: EventKind }
  /** When it was accepted, by the outbox's `AgeClock`, ms. */
  readonly stampMs: number
  /** What it takes on disk, key included and the store's own overhead not. */
  readonly bytes: number
}

/** Enough of an event to delete it. */
export type StoredKey = Pick<StoredEvent, 'position'> & { readonly kind: EventKind }

/** What a store holds. */
export interface Survey {
  readonly count: Readonly<Record<EventKind, number>>
  readonly bytes: Readonly<Record<EventKind, number>>
  /** 0 if there is none. */
  readonly lastPosition: number
  readonly lastStampMs: number
  /** Entries that could not be read: they are deleted. */
  readonly unreadable: number
}

/** Events on disk. One caller at a time; only `sync` may run beside another call. */
export interface EventStore {
  /** All of it or nothing. Resolves when the operating system has it: it then survives the end of the process. */
  write(add: readonly StoredEvent[], remove: readonly StoredKey[]): Promise<void>
  /** Resolves when all that was written before the call survives a power cut. */
  sync(): Promise<void>
  /** Up to `count` events of a kind after a position, in order. */
  read(kind: EventKind, afterPosition: number, count: number): Promise<readonly StoredEvent[]>
  find(position: number): Promise<StoredEvent | undefined>
  /** Reads everything once. */
  survey(): Promise<Survey>
  close(): Promise<void>
}

/**
 * Why a store cannot be used. Locked: another process has it. Damaged: what lies there is no store, or a broken one.
 * Unavailable: the disk is full, read-only, failing, not ours, or the native part is missing; that may pass.
 */
export class StoreFault extends Error {
  constructor(
    readonly fault: 'locked' | 'damaged' | 'unavailable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

import type { IncomingMessage } from './link.js'

/** One MQTT publication, already encoded. */
export interface Publication {
  /** Full topic, prefix included. */
  readonly topic: string
  /** UTF-8 JSON. */
  readonly payload: string
  readonly qos: 0 | 1
  /** Whether the broker keeps the newest one of the topic for those who come later. */
  readonly retain: boolean
}

/**
 * How hard a message is held on to. Of a state only the newest of its topic need be delivered. Events and alerts all
 * must be, in one order; where the outbox is full, events go first and alerts last.
 */
export type MessageKind = 'state' | 'event' | 'alert'

/** A publication of the device's own accord. Made by the pure functions of `payloads.ts`. */
export interface Message extends Publication {
  readonly kind: MessageKind
}

/** A request that came in under `request/<verb>`. */
export interface Request {
  readonly verb: string
  /** Raw payload: hostile until checked. */
  readonly payload: Uint8Array
  /** MQTT 5 response topic and correlation data, where given. */
  readonly responseTopic: string | undefined
  readonly correlationData: Uint8Array | undefined
}

export type RequestHandler = (request: Request) => Promise<Publication | null>

/** Where events wait: on disk they outlive the process. */
export type OutboxStore = 'disk' | 'memory'

/** Events that were lost, since the start, by why. */
export interface OutboxDrops {
  /** More than `publish.outbox_max_events`. */
  readonly count: number
  /** More than `publish.outbox_max_mb`, or larger than that by itself. */
  readonly bytes: number
  /** Older than `publish.outbox_max_age_h`. */
  readonly age: number
  /** Kept on disk and not readable any more. */
  readonly unreadable: number
}

export interface PublisherCounts {
  readonly outboxDepth: number
  readonly outboxDropped: number
  /** Of them, by cause. */
  readonly outboxDroppedBy: OutboxDrops
  readonly outboxStore: OutboxStore
  readonly reconnects: number
  readonly connected: boolean
  /** Attempts at a connection, since the start. */
  readonly connectAttempts: number
  /** Events that the broker has taken or refused, since the start. */
  readonly eventsAnswered: number
}

/** Takes messages and gets them to the broker, however long that takes. */
export interface Publisher {
  /** Begins connecting and returns at once; the broker may be absent for days. */
  start(): void
  /**
   * Accepts a message. Resolves when it is in the outbox, not when it is delivered; waits while a full outbox holds
   * back a source that can wait.
   */
  publish(message: Message): Promise<void>
  /** Resolves when all accepted events are acknowledged by the broker, or the signal aborts. Returns the number left undelivered. */
  drain(signal: AbortSignal): Promise<number>
  /** Says `offline`, disconnects and frees everything. */
  close(): Promise<void>
  /** @param handler the response, at once or later; null: none. It never throws or rejects. */
  onRequest(handler: RequestHandler): void
  /**
   * Hears a topic on every connection from the next one on, what the broker keeps of it included. One listener a topic.
   *
   * @param topic without wildcards
   */
  subscribe(topic: string, listener: (message: IncomingMessage) => void): void
  readonly counts: PublisherCounts
}

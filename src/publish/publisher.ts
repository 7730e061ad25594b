import type { IncomingMessage } from './link.js'

/** One MQTT publication, already encoded. Made by the pure functions of `payloads.ts`. */
export interface Message {
  /** Full topic, prefix included. */
  readonly topic: string
  /** UTF-8 JSON. */
  readonly payload: string
  readonly qos: 0 | 1
  /** Retained messages are states: only the newest of a topic need be delivered. The others are events: all must be, in order. */
  readonly retain: boolean
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

export type RequestHandler = (request: Request) => Message | null | Promise<Message | null>

export interface PublisherCounts {
  readonly outboxDepth: number
  readonly outboxDropped: number
  readonly reconnects: number
  readonly connected: boolean
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

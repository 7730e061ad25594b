import { createHash } from 'node:crypto'
import type { EventKind, StoredEvent } from './event-store.js'

/** Positions beyond this are none of ours. Reached after 140 million years at one event a second. */
export const MAX_POSITION = 2 ** 52

const PREFIX: Readonly<Record<EventKind, string>> = { event: 'e', alert: 'a' }
const HEX_DIGITS = 14
const SUM_LENGTH = 16
const KEY_LENGTH = 1 + HEX_DIGITS
const KEY = /^([ea])([0-9a-f]{14})$/

/** Key of an event in the store: one range a kind, each in order of position. */
export function eventKey(kind: EventKind, position: number): string {
  return PREFIX[kind] + position.toString(16).padStart(HEX_DIGITS, '0')
}

/** Bounds of a kind's range, both outside of it. */
export function keyRange(
  kind: EventKind,
  afterPosition: number,
): { readonly gt: string; readonly lt: string } {
  return { gt: eventKey(kind, afterPosition), lt: `${PREFIX[kind]}g` }
}

/**
 * The value kept under the key: a checksum, which the store does not keep over its tables, and JSON.
 *
 * @returns with what both take together, bytes
 */
export function encodeEvent({ message, stampMs }: Pick<StoredEvent, 'message' | 'stampMs'>): {
  readonly value: string
  readonly bytes: number
} {
  const { topic, payload, qos, retain } = message
  const json = JSON.stringify({ v: 1, at: Math.round(stampMs), topic, payload, qos, retain })
  const value = checksum(json) + json
  return { value, bytes: KEY_LENGTH + Buffer.byteLength(value) }
}

/** @returns undefined if key and value are not what `encodeEvent` makes: anything may lie on a disk */
export function parseEvent(key: string, value: string): StoredEvent | undefined {
  const [, prefix, hex] = KEY.exec(key) ?? []
  if (prefix === undefined || hex === undefined) return undefined
  const json = value.slice(SUM_LENGTH)
  if (checksum(json) !== value.slice(0, SUM_LENGTH)) return undefined
  const record = parseJson(json)
  const position = Number.parseInt(hex, 16)
  if (position < 1 || position > MAX_POSITION || !isRecord(record)) return undefined
  const { topic, payload, qos, retain, at } = record
  const kind = prefix === PREFIX.alert ? 'alert' : 'event'
  return {
    position,
    message: { topic, payload, qos, retain, kind },
    stampMs: at,
    bytes: KEY_LENGTH + Buffer.byteLength(value),
  }
}

interface EventRecord {
  readonly at: number
  readonly topic: string
  readonly payload: string
  readonly qos: 0 | 1
  readonly retain: boolean
}

function isRecord(value: unknown): value is EventRecord {
  if (typeof value !== 'object' || value === null) return false
  const { v, at, topic, payload, qos, retain } = value as Record<string, unknown>
  return (
    v === 1 &&
    typeof at === 'number' &&
    at >= 0 &&
    at <= Number.MAX_SAFE_INTEGER &&
    typeof topic === 'string' &&
    isTopic(topic) &&
    typeof payload === 'string' &&
    (qos === 0 || qos === 1) &&
    typeof retain === 'boolean'
  )
}

/** A broker ends the connection over a topic that it cannot take. */
function isTopic(topic: string): boolean {
  return topic !== '' && Buffer.byteLength(topic) <= 65_535 && !/[+#\u0000]/.test(topic)
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, SUM_LENGTH)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

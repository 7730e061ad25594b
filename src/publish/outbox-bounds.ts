import type { EventKind, StoredEvent } from './event-store.js'
import type { DropCause } from './outbox-drops.js'

export interface OutboxBounds {
  readonly maxEvents: number
  readonly maxBytes: number
  /** 0: none. */
  readonly maxAgeMs: number
}

/** How much there is of each kind. */
export interface Held {
  readonly count: Readonly<Record<EventKind, number>>
  readonly bytes: Readonly<Record<EventKind, number>>
}

/** Null: it fits. `drop`: the oldest of that kind has to go first. `refuse`: there is no room to be made. */
export type RoomVerdict =
  | null
  | { readonly act: 'drop'; readonly kind: EventKind; readonly cause: DropCause }
  | { readonly act: 'refuse'; readonly cause: DropCause }

/**
 * Makes room for an event, one step a call: the oldest events go first, alerts only when no event is left, and an
 * event never takes an alert's place.
 */
export function roomFor(
  incoming: Pick<StoredEvent, 'bytes'> & { readonly kind: EventKind },
  held: Held,
  bounds: OutboxBounds,
): RoomVerdict {
  const { count, bytes } = held
  if (incoming.bytes > bounds.maxBytes) return { act: 'refuse', cause: 'bytes' }
  if (incoming.kind === 'event') {
    // What stays whatever is dropped.
    if (count.alert + 1 > bounds.maxEvents) return { act: 'refuse', cause: 'count' }
    if (bytes.alert + incoming.bytes > bounds.maxBytes) return { act: 'refuse', cause: 'bytes' }
  }
  const kind = count.event > 0 ? 'event' : 'alert'
  if (count.event + count.alert + 1 > bounds.maxEvents) return { act: 'drop', kind, cause: 'count' }
  if (bytes.event + bytes.alert + incoming.bytes > bounds.maxBytes) {
    return { act: 'drop', kind, cause: 'bytes' }
  }
  return null
}

/** The same for what is held already, as after the bounds were lowered. */
export function excess(
  { count, bytes }: Held,
  bounds: OutboxBounds,
): Exclude<RoomVerdict, { act: 'refuse' }> {
  const kind = count.event > 0 ? 'event' : 'alert'
  if (count.event + count.alert > bounds.maxEvents) return { act: 'drop', kind, cause: 'count' }
  if (bytes.event + bytes.alert > bounds.maxBytes) return { act: 'drop', kind, cause: 'bytes' }
  return null
}

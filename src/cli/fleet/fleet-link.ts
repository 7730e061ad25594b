import type { Clock, Timer } from '../../ops/clock.js'
import type { IncomingMessage, LinkOptions } from '../../publish/link.js'
import { connectSubscriber } from '../../publish/mqtt-subscriber.js'
import type { Publication } from '../../publish/publisher.js'
import { DeviceBook, type FleetDevice } from './device-book.js'
import { deviceFilters, groupFilter } from './fleet-topics.js'
import type { Selector } from './selector.js'

/** Above it, one filter for all devices is less work for the broker than one for each. */
const MAX_OWN_FILTERS = 20
/** A burst of retained messages is over when nothing came for this share of the longest wait. */
const QUIET_SHARE = 0.05

export interface FleetLinkOptions {
  readonly broker: Omit<LinkOptions, 'will'>
  readonly prefix: string
  readonly selector: Selector
  /** Topics of a device to hear, `+` allowed. */
  readonly names: readonly string[]
  readonly clock: Clock
  readonly onLost?: (text: string) => void
  readonly onBack?: () => void
}

export type FleetListener = (message: IncomingMessage, device: FleetDevice | undefined) => void

/** A connection to the fleet: what the devices said is in the book, and what is sent is acknowledged. */
export interface FleetLink {
  readonly prefix: string
  readonly book: DeviceBook
  /** @throws {PublishError} PUBLISH_REFUSED, PUBLISH_UNREACHABLE */
  publish(message: Publication): Promise<void>
  /** @returns stops listening */
  listen(listener: FleetListener): () => void
  /**
   * Hears the topics and resolves when what the broker keeps of them has come: nothing more for a twentieth of the wait,
   * or all of it is over.
   *
   * @throws {PublishError} PUBLISH_REFUSED, PUBLISH_UNREACHABLE
   */
  gather(waitMs: number): Promise<void>
  close(): Promise<void>
}

/**
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 * @throws {ConfigError} CONFIG_BROKER_URL
 */
export async function openFleet(options: FleetLinkOptions): Promise<FleetLink> {
  const { prefix, clock } = options
  const book = new DeviceBook(prefix)
  const listeners = new Set<FleetListener>()
  let retainedMs = clock.monotonicMs()
  const subscriber = await connectSubscriber({
    broker: options.broker,
    clock,
    filters: [groupFilter(prefix)],
    onMessage: (message) => {
      if (message.retain) retainedMs = clock.monotonicMs()
      const device = book.accept(message)
      for (const listener of [...listeners]) listener(message, device)
    },
    onLost: ({ text }) => options.onLost?.(text),
    onBack: () => options.onBack?.(),
  })
  return {
    prefix,
    book,
    publish: (message) => subscriber.publish(message),
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async gather(waitMs) {
      for (const filters of burstsOf(options)) {
        await subscriber.subscribe(filters)
        await quiet(clock, waitMs, () => retainedMs)
      }
    },
    close: () => subscriber.close(),
  }
}

/**
 * Filters, by what is asked for at once. A broker queues so many messages for a client and silently drops the others
 * (mosquitto: 1000), what it keeps of a large fleet among them: so of all devices one topic is asked for at a time.
 */
function burstsOf({ prefix, selector, names }: FleetLinkOptions): readonly (readonly string[])[] {
  const { isAll, ids, patterns, groups } = selector
  const isFew = !isAll && ids.length > 0 && ids.length <= MAX_OWN_FILTERS
  if (isFew && patterns.length + groups.length === 0) {
    return [ids.flatMap((id) => deviceFilters(prefix, id, names))]
  }
  return names.map((name) => deviceFilters(prefix, undefined, [name]))
}

function quiet(clock: Clock, waitMs: number, lastMs: () => number): Promise<void> {
  const startMs = clock.monotonicMs()
  const quietMs = waitMs * QUIET_SHARE
  return new Promise((resolve) => {
    const check = (): Timer | undefined => {
      const nowMs = clock.monotonicMs()
      const dueMs = Math.min(startMs + waitMs, Math.max(startMs, lastMs()) + quietMs)
      if (nowMs < dueMs) return clock.after(dueMs - nowMs, check)
      resolve()
      return undefined
    }
    check()
  })
}

import { statusMessage } from './payloads.js'
import type { DeviceState } from './payloads.js'
import type { Message } from './publisher.js'
import type { Topics } from './topics.js'

/** What is said of the device itself as connections come and go. */
export interface Presence {
  /** Left with the broker at each connection. Its time is that of the connection: the last that is certain. */
  will(): Message
  /** Said on each connection, before anything else. */
  greeting(): Message
  /** Said before a deliberate end. */
  farewell(): Message
}

/**
 * @param current the device's state and its reason now
 * @param nowMs   Unix time, ms
 * @param ending  why the end comes: the code of an error, in lower case; null if it was asked for or the audio is over
 */
export function createPresence(
  topics: Topics,
  current: () => { readonly state: DeviceState; readonly reason: string | null },
  nowMs: () => number,
  ending: () => string | null = () => null,
): Presence {
  return {
    will: () => statusMessage(topics, 'offline', 'connection_lost', nowMs()),
    greeting: () => {
      const { state, reason } = current()
      return statusMessage(topics, state, reason, nowMs())
    },
    farewell: () => statusMessage(topics, 'offline', ending() ?? 'shutdown', nowMs()),
  }
}

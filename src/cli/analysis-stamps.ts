import { createHash } from 'node:crypto'
import type { ModelIdentity } from '../classify/classifier.js'
import { createEventSequence, type EventStamp } from '../publish/event-sequence.js'
import { createUuidV7 } from '../publish/uuid.js'

/**
 * Stamps that look like any event's but depend on nothing but the model and the order of the events: the same command
 * on the same files prints the same bytes.
 *
 * @param nowMs Unix time of the event that is stamped next, ms
 */
export function createAnalysisStamps(model: ModelIdentity, nowMs: () => number): () => EventStamp {
  let state = createHash('sha256').update(`affectd analyze\0${model.sha256}`).digest()
  const fill = (bytes: Uint8Array): void => {
    state = createHash('sha256').update(state).digest()
    bytes.set(state.subarray(0, bytes.length))
  }
  // Any UUID will do: nothing boots.
  const bootId = createUuidV7(() => 0, fill)()
  return createEventSequence(bootId, createUuidV7(nowMs, fill))
}

/** What tells one event from every other. */
export interface EventStamp {
  readonly id: string
  readonly bootId: string
  readonly seq: number
}

/**
 * Stamps for events of every kind, one sequence shared by all: `seq` is 1 for the first of a boot and rises by one, so
 * a subscriber can count what it missed.
 *
 * @param bootId a UUID of its own for each start of the process
 * @param nextId see `createUuidV7`
 */
export function createEventSequence(bootId: string, nextId: () => string): () => EventStamp {
  let seq = 0
  return () => {
    seq += 1
    return { id: nextId(), bootId, seq }
  }
}

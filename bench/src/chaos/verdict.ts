import { eventName, tellStories, type AgentProcessLog } from './stories.js'

/** One message that the ledger heard. */
export interface Arrival {
  readonly bootId: string
  readonly seq: number
  readonly payload: string
  /** The broker says that it may have sent it to the ledger before: a repeat of its own making. */
  readonly isRedelivery: boolean
  /** Monotonic. */
  readonly atMs: number
}

export interface Duplicates {
  /** The broker repeated it to the ledger. */
  readonly redelivered: number
  /** The agent sent it again over a new connection, having seen no acknowledgement over the one before. */
  readonly ackLost: number
  /** The agent sent it again after its process had ended before it noted an acknowledgement. */
  readonly agentEnded: number
}

export interface Verdict {
  /** Events that the agent said it had accepted. */
  readonly accepted: number
  /** Different events that the ledger has. */
  readonly arrived: number
  readonly boots: number
  readonly duplicates: Duplicates
  /** Acknowledged by a broker that was killed seconds later, which then had forgotten them. */
  readonly forgottenByBroker: number
  /** Accepted while the agent said that its disk fails, by a process that was then ended. */
  readonly goneWithMemory: number
  /** Accepted or between others, and not in the ledger, for no other reason. */
  readonly lost: readonly string[]
  /** Came first after a later one of its boot. */
  readonly disordered: readonly string[]
  /** Came again with another content. */
  readonly changed: readonly string[]
  /** Came oftener than lost acknowledgements and ended processes explain. */
  readonly unexplained: readonly string[]
}

/**
 * Holds what arrived against what the agent accepted.
 *
 * @param arrivals in the order of their arrival
 * @param logs     of the agent's processes, in order
 */
export function judgeRound(arrivals: readonly Arrival[], logs: readonly AgentProcessLog[]): Verdict {
  const stories = tellStories(logs)
  const byEvent = new Map<string, Arrival[]>()
  const highest = new Map<string, number>()
  const disordered: string[] = []
  for (const arrival of arrivals) {
    const name = eventName(arrival.bootId, arrival.seq)
    const earlier = byEvent.get(name)
    if (earlier !== undefined) {
      earlier.push(arrival)
      continue
    }
    byEvent.set(name, [arrival])
    const last = highest.get(arrival.bootId) ?? 0
    if (arrival.seq < last) disordered.push(name)
    highest.set(arrival.bootId, Math.max(last, arrival.seq))
  }
  for (const { bootId, seq } of stories.values()) highest.set(bootId, Math.max(highest.get(bootId) ?? 0, seq))

  const missing = [...highest].flatMap(([bootId, top]) =>
    Array.from({ length: top }, (_, n) => eventName(bootId, n + 1)).filter((name) => !byEvent.has(name)),
  )
  const isForgotten = (name: string): boolean => stories.get(name)?.mayBeForgotten === true
  const forgotten = missing.filter(isForgotten)
  const inMemory = missing.filter((name) => !isForgotten(name) && stories.get(name)?.wasOnlyInMemory === true)
  const excused = new Set([...forgotten, ...inMemory])

  const duplicates = { redelivered: 0, ackLost: 0, agentEnded: 0 }
  const unexplained: string[] = []
  for (const [name, [, ...repeats]] of byEvent) {
    const again = repeats.filter(({ isRedelivery }) => !isRedelivery).length
    duplicates.redelivered += repeats.length - again
    // Killed after it had kept the event and before it could say so: how often it came later nobody knows.
    const { own, later } = stories.get(name) ?? { own: 1, later: Infinity }
    // Of all that was sent, one is no repeat.
    const byLostAck = Math.min(again, Math.max(0, own - 1))
    const byEnd = Math.min(again - byLostAck, Math.max(0, own + later - 1 - byLostAck))
    duplicates.ackLost += byLostAck
    duplicates.agentEnded += byEnd
    if (byLostAck + byEnd < again) unexplained.push(name)
  }
  return {
    accepted: stories.size,
    arrived: byEvent.size,
    boots: highest.size,
    duplicates,
    forgottenByBroker: forgotten.length,
    goneWithMemory: inMemory.length,
    lost: missing.filter((name) => !excused.has(name)),
    disordered,
    changed: [...byEvent].filter(([, all]) => new Set(all.map(({ payload }) => payload)).size > 1).map(first),
    unexplained,
  }
}

/** Whether everything that is promised was kept. */
export function isKept({ lost, disordered, changed, unexplained }: Verdict): boolean {
  return lost.length + disordered.length + changed.length + unexplained.length === 0
}

function first([name]: readonly [string, unknown]): string {
  return name
}

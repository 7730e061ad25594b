import { sendings, type AgentProcessLog } from './sendings.js'

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
  /** Acknowledged by a broker that was killed, which then had forgotten them. */
  readonly forgottenByBroker: number
  /** Accepted or between others, and not in the ledger. */
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
 * @param arrivals        in the order of their arrival
 * @param logs            of the agent's processes, in order
 * @param brokerMayForget the broker was killed: what it acknowledged before may be gone with it
 */
export function judgeRound(
  arrivals: readonly Arrival[],
  logs: readonly AgentProcessLog[],
  brokerMayForget: boolean,
): Verdict {
  const sent = sendings(logs)
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
  for (const { bootId, seq } of sent.accepted) highest.set(bootId, Math.max(highest.get(bootId) ?? 0, seq))

  const missing = [...highest].flatMap(([bootId, top]) =>
    Array.from({ length: top }, (_, n) => eventName(bootId, n + 1)).filter((name) => !byEvent.has(name)),
  )
  const isForgotten = (name: string): boolean => brokerMayForget && sent.mayBeForgotten(name)
  const lost = missing.filter((name) => !isForgotten(name))

  const duplicates = { redelivered: 0, ackLost: 0, agentEnded: 0 }
  const unexplained: string[] = []
  for (const [name, [, ...repeats]] of byEvent) {
    const again = repeats.filter(({ isRedelivery }) => !isRedelivery).length
    duplicates.redelivered += repeats.length - again
    const { first, all } = sent.most(name)
    // Of what the broker was sent so often, the first is no repeat.
    const byLostAck = Math.min(again, Math.max(0, first - 1))
    const byEnd = Math.min(again - byLostAck, Math.max(0, all - 1 - byLostAck))
    duplicates.ackLost += byLostAck
    duplicates.agentEnded += byEnd
    if (byLostAck + byEnd < again) unexplained.push(name)
  }
  return {
    accepted: sent.accepted.length,
    arrived: byEvent.size,
    boots: highest.size,
    duplicates,
    forgottenByBroker: missing.length - lost.length,
    lost,
    disordered,
    changed: [...byEvent].filter(([, all]) => new Set(all.map(({ payload }) => payload)).size > 1).map(first),
    unexplained,
  }
}

/** Whether everything that is promised was kept. */
export function isKept({ lost, disordered, changed, unexplained }: Verdict): boolean {
  return lost.length + disordered.length + changed.length + unexplained.length === 0
}

export function eventName(bootId: string, seq: number): string {
  return `${bootId}/${seq}`
}

function first([name]: readonly [string, unknown]): string {
  return name
}

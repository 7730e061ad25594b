import type { AgentStep } from './agent-log.js'

/** A broker gives out at once what it acknowledges: only what came this shortly before it was killed may still be in it. */
const MAY_FORGET_S = 2

/** The log of one process of the agent. */
export interface AgentProcessLog {
  readonly steps: readonly AgentStep[]
}

/** What the agent's own log says of an event. */
export interface Story {
  readonly bootId: string
  readonly seq: number
  /** Most times that the process which accepted it may rightly have sent it: once a connection until it was acknowledged. */
  own: number
  /** The same of later processes. */
  later: number
  /** Acknowledged by a broker that was killed seconds later, and may have died with it. */
  mayBeForgotten: boolean
  /** Accepted while the agent said that its disk fails, and its process ended before it said that this was over. */
  wasOnlyInMemory: boolean
}

/** @param logs of the processes, in order; all with the same disk */
export function tellStories(logs: readonly AgentProcessLog[]): ReadonlyMap<string, Story> {
  const stories = new Map<string, Story>()
  /** Accepted and not acknowledged yet: each new connection may carry them. */
  const open = new Set<Story>()
  /** Acknowledged within the second that runs, the one before, … */
  const acknowledged: Set<Story>[] = [new Set()]
  /** What its last connection brings yet was said before it was killed. */
  let isBrokerDead = false
  for (const [n, { steps }] of logs.entries()) {
    const own = new Set<Story>()
    let inMemory: Story[] | undefined
    let isConnected = false
    let diskFailed = false
    isBrokerDead = false
    for (const step of steps) {
      switch (step.kind) {
        case 'second':
          acknowledged.unshift(new Set())
          acknowledged.splice(MAY_FORGET_S + 1)
          break
        case 'broker_killed':
          for (const second of acknowledged) for (const story of second) story.mayBeForgotten = true
          isBrokerDead = true
          break
        case 'began':
        case 'lost':
          isConnected = false
          isBrokerDead = false
          break
        case 'connected':
          isConnected = true
          isBrokerDead = false
          for (const story of open) story[own.has(story) ? 'own' : 'later'] += 1
          break
        case 'memory':
          inMemory ??= []
          diskFailed = true
          break
        case 'disk':
          for (const story of inMemory ?? []) story.wasOnlyInMemory = false
          inMemory = undefined
          break
        case 'accepted': {
          const name = eventName(step.bootId, step.seq)
          const isInMemory = inMemory !== undefined
          const sent = isConnected ? 1 : 0
          const story = {
            bootId: step.bootId,
            seq: step.seq,
            own: sent,
            later: 0,
            mayBeForgotten: false,
            wasOnlyInMemory: isInMemory,
          }
          inMemory?.push(story)
          stories.set(name, story)
          own.add(story)
          open.add(story)
          break
        }
        case 'acknowledged': {
          const story = stories.get(eventName(step.bootId, step.seq))
          if (story === undefined) break
          acknowledged[0]!.add(story)
          if (isBrokerDead) story.mayBeForgotten = true
          open.delete(story)
          break
        }
      }
    }
    // Nothing was taken away from the last one.
    if (n === logs.length - 1) for (const story of inMemory ?? []) story.wasOnlyInMemory = false
    // What a disk that failed was told to forget, it may hold yet.
    if (diskFailed) for (const story of stories.values()) open.add(story)
  }
  return stories
}

export function eventName(bootId: string, seq: number): string {
  return `${bootId}/${seq}`
}

import type { AgentStep } from './agent-log.js'

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
  /** Acknowledged over a connection that was lost afterwards: a broker that died with it may have forgotten the event. */
  mayBeForgotten: boolean
  /** Accepted while the agent said that its disk fails, and its process ended before it said that this was over. */
  wasOnlyInMemory: boolean
}

/** @param logs of the processes, in order; all with the same disk */
export function tellStories(logs: readonly AgentProcessLog[]): ReadonlyMap<string, Story> {
  const stories = new Map<string, Story>()
  /** Accepted and not acknowledged yet: each new connection may carry them. */
  const open = new Set<Story>()
  const acknowledged = new Set<Story>()
  const connectionEnded = (): void => {
    for (const story of acknowledged) story.mayBeForgotten = true
    acknowledged.clear()
  }
  for (const [n, { steps }] of logs.entries()) {
    const own = new Set<Story>()
    let inMemory: Story[] | undefined
    let isConnected = false
    let diskFailed = false
    connectionEnded()
    for (const step of steps) {
      switch (step.kind) {
        case 'lost':
          isConnected = false
          connectionEnded()
          break
        case 'connected':
          isConnected = true
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
          acknowledged.add(story)
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

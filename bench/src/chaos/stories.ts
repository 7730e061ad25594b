import type { AgentStep } from './agent-log.js'
import { eventName } from './verdict.js'

/** The log of one process of the agent. */
export interface AgentProcessLog {
  readonly steps: readonly AgentStep[]
}

/** How often the agent may have sent each event, from its own log. */
export interface Sendings {
  readonly accepted: readonly { readonly bootId: string; readonly seq: number }[]
  /** Acknowledged over a connection that was lost afterwards: a broker that died with it may have forgotten the event. */
  mayBeForgotten(name: string): boolean
  /**
   * Most times that an event may rightly have been sent: once a connection, from its acceptance to its acknowledgement.
   *
   * `first`: by the process that accepted it; `all`: by later ones too.
   */
  most(name: string): { readonly first: number; readonly all: number }
}

interface Story {
  first: number
  later: number
  mayBeForgotten: boolean
}

/** @param logs of the processes, in order; all with the same disk */
export function sendings(logs: readonly AgentProcessLog[]): Sendings {
  const accepted: { bootId: string; seq: number }[] = []
  const stories = new Map<string, Story>()
  /** Accepted and not acknowledged yet: each new connection may carry them. */
  const open = new Set<Story>()
  const acknowledged = new Set<Story>()
  const connectionEnds = (): void => {
    for (const story of acknowledged) story.mayBeForgotten = true
    acknowledged.clear()
  }
  for (const { steps } of logs) {
    connectionEnds()
    let isConnected = false
    const own = new Set<Story>()
    for (const step of steps) {
      if (step.kind === 'lost') {
        isConnected = false
        connectionEnds()
      } else if (step.kind === 'connected') {
        isConnected = true
        for (const story of open) story[own.has(story) ? 'first' : 'later'] += 1
      } else if (step.kind === 'accepted') {
        const story: Story = { first: isConnected ? 1 : 0, later: 0, mayBeForgotten: false }
        stories.set(eventName(step.bootId, step.seq), story)
        accepted.push(step)
        own.add(story)
        open.add(story)
      } else {
        const story = stories.get(eventName(step.bootId, step.seq))
        if (story === undefined) continue
        acknowledged.add(story)
        open.delete(story)
      }
    }
  }
  return {
    accepted,
    mayBeForgotten: (name) => stories.get(name)?.mayBeForgotten === true,
    most: (name) => {
      // Killed after it had kept the event and before it could say so: how often it came later nobody knows.
      const { first, later } = stories.get(name) ?? { first: 1, later: Infinity }
      return { first, all: first + later }
    },
  }
}

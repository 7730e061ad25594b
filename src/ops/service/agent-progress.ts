import type { ProgressPart } from './progress.js'

/** Ending a process that hangs, opening a device and the pause before it take under 20 s; looking for a device adds some. */
const HEARING_LIMIT_MS = 45_000
/** A connection on which nothing is acknowledged for a minute is given up by itself, which is followed by an attempt. */
const EVENTS_LIMIT_MS = 180_000
/** An attempt takes at most 12 s, the pause after it half a minute. */
const CONNECTION_LIMIT_MS = 120_000

/** Counts since the start, of what has to go on. */
export interface AgentCounts {
  /** Audio should come: it is listened for, and nothing that holds a recording back is in the way. */
  readonly isListening: boolean
  readonly framesJudged: number
  /** Capture processes started anew: a microphone that is gone for days is no reason to start the agent anew. */
  readonly captureRestarts: number
  readonly connected: boolean
  readonly outboxDepth: number
  /** Events that the broker has answered for, taken or refused. */
  readonly eventsAnswered: number
  readonly connectAttempts: number
}

/** What the watchdog goes by: frames judged, events answered for, attempts at a broker that is away. */
export function agentProgress(counts: AgentCounts): readonly ProgressPart[] {
  return [
    {
      name: 'hearing',
      isDue: counts.isListening,
      count: counts.framesJudged + counts.captureRestarts,
      limitMs: HEARING_LIMIT_MS,
    },
    {
      name: 'events',
      isDue: counts.connected && counts.outboxDepth > 0,
      // A broker that acknowledges nothing is no fault of ours: then we try again and again.
      count: counts.eventsAnswered + counts.connectAttempts,
      limitMs: EVENTS_LIMIT_MS,
    },
    {
      name: 'connection',
      isDue: !counts.connected,
      count: counts.connectAttempts,
      limitMs: CONNECTION_LIMIT_MS,
    },
  ]
}

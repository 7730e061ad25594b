import type { Clock } from '../../ops/clock.js'
import { awaitOutcome } from './await-outcome.js'
import type { FleetLink } from './fleet-link.js'
import { desiredTopic } from './fleet-topics.js'
import type { Outcome } from './outcome.js'
import { verdictOf, type VerdictQuestion } from './verdict.js'

const SUPERSEDED = {
  code: 'FLEET_SUPERSEDED',
  message: 'somebody else wrote a revision at the same time; look at it and try again',
}

export interface AwaitedVerdict extends VerdictQuestion {
  readonly id: string
  /** The device or group whose config/desired was written, and what was written there. */
  readonly desiredOf: string
  readonly payload: string
  /** Sends it; called once, when nothing can be missed any more. */
  readonly send: () => Promise<void>
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Sends a revision and waits until a device has dealt with it.
 *
 * @returns failed with FLEET_TIMEOUT when it does not; failed with FLEET_SUPERSEDED when somebody else writes another
 *          revision of the same number or a higher one; `sent` when the signal aborts
 */
export function awaitVerdict(link: FleetLink, awaited: AwaitedVerdict): Promise<Outcome> {
  const { id, revision } = awaited
  const topic = desiredTopic(link.prefix, awaited.scope, awaited.desiredOf)
  let isEchoed = false
  const look = (): Outcome | undefined => {
    const { reported } = link.book.device(id)
    return reported && verdictOf(awaited, reported)
  }
  return awaitOutcome(link, {
    ...awaited,
    // A group's message may have been sent, and answered, while others were waited for.
    look,
    hear(message, device) {
      if (message.topic !== topic) return device?.id === id ? look() : undefined
      const text = Buffer.from(message.payload).toString('utf8')
      if (text === awaited.payload) isEchoed = true
      else if (isAtLeast(text, revision)) return { kind: 'failed', revision, error: SUPERSEDED }
      return undefined
    },
    whySilent() {
      const { reported, unreadable } = link.book.device(id)
      const isApplied = reported?.[awaited.scope].revision === revision
      return whySilent({ isEchoed, isApplied, isUnreadable: unreadable.has('config/reported') })
    },
  })
}

function isAtLeast(text: string, revision: number): boolean {
  try {
    const value = JSON.parse(text) as { revision?: unknown } | null
    return typeof value?.revision === 'number' && value.revision >= revision
  } catch {
    return false
  }
}

function whySilent(seen: {
  readonly isEchoed: boolean
  readonly isApplied: boolean
  readonly isUnreadable: boolean
}): string {
  if (seen.isApplied) return 'applied, but not confirmed'
  if (seen.isUnreadable) return 'it answered what cannot be read, and nothing else'
  return seen.isEchoed
    ? 'it did not answer'
    : 'the broker did not pass on what was sent (may this user write and read config/desired?): no answer'
}

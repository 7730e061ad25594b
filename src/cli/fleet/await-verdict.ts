import type { Clock } from '../../ops/clock.js'
import type { FleetLink } from './fleet-link.js'
import { desiredTopic } from './fleet-topics.js'
import { failed, type Outcome } from './outcome.js'
import { verdictOf, type VerdictQuestion } from './verdict.js'

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
  const { id, revision, signal, timeoutMs } = awaited
  const topic = desiredTopic(link.prefix, awaited.scope, awaited.desiredOf)
  let isEchoed = false
  return new Promise((resolve) => {
    const settle = (outcome: Outcome): void => {
      stopListening()
      timer.clear()
      signal.removeEventListener('abort', onAbort)
      resolve(outcome)
    }
    const fail = (code: string, message: string): void =>
      settle({ kind: 'failed', revision, error: { code, message } })
    const look = (): void => {
      const { reported } = link.book.device(id)
      const outcome = reported && verdictOf(awaited, reported)
      if (outcome !== undefined) settle(outcome)
    }
    const stopListening = link.listen((message, device) => {
      if (message.topic === topic) {
        const text = Buffer.from(message.payload).toString('utf8')
        if (text === awaited.payload) isEchoed = true
        else if (isAtLeast(text, revision)) {
          fail(
            'FLEET_SUPERSEDED',
            'somebody else wrote a revision at the same time; look at it and try again',
          )
        }
      } else if (device?.id === id) look()
    })
    const timer = awaited.clock.after(timeoutMs, () => {
      const { reported, unreadable } = link.book.device(id)
      fail(
        'FLEET_TIMEOUT',
        `${whySilent({ isEchoed, isApplied: reported?.[awaited.scope].revision === revision, isUnreadable: unreadable.has('config/reported') })} in ${timeoutMs / 1000} s`,
      )
    })
    const onAbort = (): void => settle({ kind: 'sent', revision, why: 'interrupted before it answered' })
    signal.addEventListener('abort', onAbort, { once: true })
    // A group's message may have been sent, and answered, while others were waited for.
    look()
    awaited.send().catch((error: unknown) => settle(failed(revision, error)))
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

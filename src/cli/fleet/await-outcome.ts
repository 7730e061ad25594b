import type { Clock } from '../../ops/clock.js'
import type { FleetLink, FleetListener } from './fleet-link.js'
import { failed, type Outcome } from './outcome.js'

export interface AwaitedOutcome {
  /** The revision that is waited for, if one is. */
  readonly revision: number | null
  /** What a message that the link hears settles; undefined: nothing yet. */
  readonly hear: (...heard: Parameters<FleetListener>) => Outcome | undefined
  /** What is known already when listening begins. */
  readonly look?: () => Outcome | undefined
  /** Called once, when nothing can be missed any more. */
  readonly send: () => Promise<void>
  /** What to say when the time is over, without the time. */
  readonly whySilent: () => string
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Sends something to a device and waits for what comes of it.
 *
 * @returns failed with FLEET_TIMEOUT when nothing does, `sent` when the signal aborts
 */
export function awaitOutcome(link: FleetLink, awaited: AwaitedOutcome): Promise<Outcome> {
  const { revision, hear, look, send, whySilent, timeoutMs, clock, signal } = awaited
  return new Promise((resolve) => {
    const settle = (outcome: Outcome | undefined): void => {
      if (outcome === undefined) return
      stopListening()
      timer.clear()
      signal.removeEventListener('abort', onAbort)
      resolve(outcome)
    }
    const stopListening = link.listen((...heard) => settle(hear(...heard)))
    const timer = clock.after(timeoutMs, () => {
      const message = `${whySilent()} in ${timeoutMs / 1000} s`
      settle({ kind: 'failed', revision, error: { code: 'FLEET_TIMEOUT', message } })
    })
    const onAbort = (): void => settle({ kind: 'sent', revision, why: 'interrupted before it answered' })
    signal.addEventListener('abort', onAbort, { once: true })
    settle(look?.())
    send().catch((error: unknown) => settle(failed(revision, error)))
  })
}

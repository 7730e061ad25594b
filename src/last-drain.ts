import type { Clock, Timer } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { Publisher } from './publish/publisher.js'

/** Longest wait for the broker once the agent was told to stop, or has failed. */
const LAST_DRAIN_MS = 10_000
/** A broker that is there takes everything within this; then the wait is worth a word. */
const PATIENCE_MS = 3000
/** Of a restart within the process: what is left in the outbox is there afterwards. */
const RESTART_DRAIN_MS = 1000

/** Reason of the signal that ends an agent for another to take its place. */
export const RESTART = 'restart'

export interface LastDrainOptions {
  readonly publisher: Publisher
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Waits at the end for the broker to take what is left: for as long as it takes, unless the run has failed or is told to
 * stop; then for ten seconds, and before a restart for one.
 *
 * @param stop aborted with RESTART if another agent takes over
 */
export async function lastDrain(
  { publisher, clock, log }: LastDrainOptions,
  hasFailed: boolean,
  stop: AbortSignal,
): Promise<void> {
  const { outboxDepth, connected } = publisher.counts
  const isRestart = (): boolean => stop.reason === RESTART
  if ((hasFailed || stop.aborted) && outboxDepth === 0 && !connected) return
  if (isRestart() && !connected) return
  const enough = new AbortController()
  let limit: Timer | undefined
  const hurry = (): void => {
    limit ??= clock.after(isRestart() ? RESTART_DRAIN_MS : LAST_DRAIN_MS, () => enough.abort())
  }
  if (hasFailed || stop.aborted) hurry()
  stop.addEventListener('abort', hurry, { once: true })
  const word = clock.after(PATIENCE_MS, () =>
    log.warn(
      { code: 'PUBLISH_WAITING', outbox_depth: publisher.counts.outboxDepth },
      'the audio has ended; waiting for the broker to take what is left',
    ),
  )
  if (stop.aborted && !isRestart() && outboxDepth > 0) {
    log.info({ outbox_depth: outboxDepth }, 'ending: the broker has 10 s to take what is left')
  }
  const left = await publisher.drain(enough.signal)
  limit?.clear()
  word.clear()
  stop.removeEventListener('abort', hurry)
  if (isRestart()) return
  if (left > 0) log.warn({ code: 'PUBLISH_UNDELIVERED', count: left }, 'ending with messages undelivered')
  else log.info({}, 'the end; everything is delivered')
}

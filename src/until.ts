import type { Clock, Timer } from './ops/clock.js'

/** Resolves or rejects with the promise, or resolves as soon as the signal aborts; the promise then goes on unheard. */
export function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve()
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', aborted, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}

/** Resolves after so long, or as soon as the signal aborts. */
export function pause(clock: Clock, durationMs: number, signal: AbortSignal): Promise<void> {
  let timer: Timer | undefined
  const elapsed = new Promise<void>((resolve) => {
    timer = clock.after(durationMs, resolve)
  })
  return untilAborted(elapsed, signal).finally(() => timer?.clear())
}

export interface BackoffRange {
  readonly baseMs: number
  readonly capMs: number
}

/** From one second to half a minute: a broker that restarts is found at once, one that is down is not hammered. */
export const DEFAULT_BACKOFF: BackoffRange = { baseMs: 1000, capMs: 30_000 }

/**
 * Delay before the next attempt: doubles with every failure up to the cap, then takes a random share between half and
 * all of it, so that a fleet that lost its broker does not come back in step.
 *
 * @param failures attempts failed so far, ≥ 1
 * @param random   uniform in [0, 1)
 * @returns milliseconds in [baseMs / 2, capMs]
 */
export function backoffDelayMs(failures: number, range: BackoffRange, random: () => number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30)
  const ceilingMs = Math.min(range.capMs, range.baseMs * 2 ** doublings)
  return ceilingMs * (0.5 + random() / 2)
}

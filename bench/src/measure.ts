/** Repeated timing of one piece of work. */
export interface Timing {
  readonly medianMs: number
  readonly p95Ms: number
  readonly runs: number
}

/** Runs the work until `budgetMs` is spent, after a fifth of that as warm-up; at least 5 times. */
export function measure(work: () => void, budgetMs = 1500): Timing {
  const warmUpEnd = performance.now() + budgetMs / 5
  do work()
  while (performance.now() < warmUpEnd)
  const times: number[] = []
  const end = performance.now() + budgetMs
  do {
    const start = performance.now()
    work()
    times.push(performance.now() - start)
  } while (performance.now() < end || times.length < 5)
  times.sort((a, b) => a - b)
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] as number
  return { medianMs: at(0.5), p95Ms: at(0.95), runs: times.length }
}

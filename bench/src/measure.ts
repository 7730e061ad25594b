/** Repeated timing of one piece of work. */
export interface Timing {
  readonly medianMs: number
  readonly p95Ms: number
  /** Rounds that were timed, and calls in each. */
  readonly rounds: number
  readonly calls: number
}

/** One of several ways to do the same work. */
export interface Contender {
  readonly name: string
  /** One call. May be asynchronous: the promise is waited for. */
  work(): unknown
}

/** A round is at least so long, so that the clock's own steps do not count. */
const ROUND_MS = 4
const MIN_ROUNDS = 7

/**
 * Times the contenders by turns, a round of each after the other, so that whatever else the machine does falls on all
 * of them alike. Every contender is warmed up first, for a third of its time.
 *
 * @param budgetMs for each contender
 */
export async function compare(
  contenders: readonly Contender[],
  budgetMs: number,
): Promise<Map<string, Timing>> {
  const calls: number[] = []
  for (const contender of contenders) calls.push(await warmUp(contender, budgetMs / 3))
  const times = contenders.map((): number[] => [])
  const end = performance.now() + budgetMs * contenders.length
  for (let round = 0; round < MIN_ROUNDS || performance.now() < end; round++) {
    for (const [i, contender] of contenders.entries()) {
      times[i]!.push((await timeCalls(contender, calls[i]!)) / calls[i]!)
    }
  }
  return new Map(contenders.map(({ name }, i) => [name, timingOf(times[i]!, calls[i]!)]))
}

/** @returns calls that make a round */
async function warmUp(contender: Contender, budgetMs: number): Promise<number> {
  const end = performance.now() + budgetMs
  let tookMs = 0
  do tookMs = await timeCalls(contender, 1)
  while (performance.now() < end)
  return Math.max(1, Math.ceil(ROUND_MS / Math.max(tookMs, 1e-3)))
}

async function timeCalls({ work }: Contender, calls: number): Promise<number> {
  const start = performance.now()
  for (let n = 0; n < calls; n++) {
    const pending = work()
    // Waiting for what is no promise would cost more than the work of the shortest.
    if (pending instanceof Promise) await pending
  }
  return performance.now() - start
}

function timingOf(times: number[], calls: number): Timing {
  return { medianMs: quantile(times, 0.5), p95Ms: quantile(times, 0.95), rounds: times.length, calls }
}

/** @param values at least one, in any order */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number
}

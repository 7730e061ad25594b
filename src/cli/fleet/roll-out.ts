import { setMaxListeners } from 'node:events'
import type { Outcome } from './outcome.js'

/** Devices that are waited for at the same time. */
const MAX_AT_ONCE = 200

export interface RollOutOptions {
  /** In the order in which they are to be changed. */
  readonly ids: readonly string[]
  /** Where each stage ends: see `stageEnds`. */
  readonly stageEnds: readonly number[]
  /** So many failures end the roll-out; ≥ 1. */
  readonly maxFailures: number
  readonly signal: AbortSignal
  /** Changes one device. Never rejects; soon returns `sent` once the signal has aborted. */
  readonly act: (id: string) => Promise<Outcome>
  readonly onStage?: (stage: number, firstDevice: number, lastDevice: number) => void
  readonly onOutcome?: (id: string, outcome: Outcome) => void
}

export interface RollOutReport {
  /** In the order in which they settled. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** Nothing was sent to these. */
  readonly untouched: readonly string[]
  readonly stopped: 'failures' | 'interrupted' | null
}

/**
 * Changes devices stage by stage. A stage begins when every device of the one before has settled; when failures reach
 * their limit nothing more is begun, but what has been sent is waited for.
 */
export async function rollOut(options: RollOutOptions): Promise<RollOutReport> {
  const { ids, maxFailures, signal } = options
  // Every device that is waited for listens: that many are no leak.
  setMaxListeners(MAX_AT_ONCE + 10, signal)
  const outcomes = new Map<string, Outcome>()
  let failures = 0
  let begun = 0
  const mayGoOn = (): boolean => failures < maxFailures && !signal.aborted
  const run = async (end: number): Promise<void> => {
    while (begun < end && mayGoOn()) {
      const id = ids[begun++]
      const outcome = await options.act(id)
      outcomes.set(id, outcome)
      if (outcome.kind === 'failed') failures += 1
      options.onOutcome?.(id, outcome)
    }
  }
  for (const [index, end] of options.stageEnds.entries()) {
    if (!mayGoOn()) break
    options.onStage?.(index + 1, begun + 1, end)
    await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, end - begun) }, () => run(end)))
  }
  const stopped = failures >= maxFailures ? 'failures' : signal.aborted ? 'interrupted' : null
  return { outcomes, untouched: ids.filter((id) => !outcomes.has(id)), stopped }
}

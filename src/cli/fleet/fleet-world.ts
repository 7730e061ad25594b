import { createInterface } from 'node:readline/promises'
import { systemClock, type Clock } from '../../ops/clock.js'
import { createStopSignal } from '../stop-signal.js'

/** What the fleet commands need of the world beside their streams. Tests pass their own. */
export interface FleetWorld {
  readonly clock: Clock
  /** Aborts at Ctrl-C: nothing more is sent then. */
  readonly signal: AbortSignal
  /** Asks a person; undefined where there is none to ask. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined
  /** What stdin holds, for `--patch -`. */
  readonly stdin: () => string
}

/** Runs with the process's own world, and lets go of its signals afterwards. */
export async function withProcessWorld(
  readStdin: () => string,
  run: (world: FleetWorld) => Promise<number>,
): Promise<number> {
  const stop = createStopSignal()
  try {
    return await run({
      clock: systemClock,
      signal: stop.signal,
      confirm: process.stdin.isTTY === true ? (question) => ask(question, stop.signal) : undefined,
      stdin: readStdin,
    })
  } finally {
    stop.release()
  }
}

async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  // stdout carries only what was asked for.
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `, { signal })).trim())
  } catch {
    return false
  } finally {
    prompt.close()
  }
}

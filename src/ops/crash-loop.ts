import type { PreviousEnd } from './previous-end.js'
import type { RunRecord } from './run-record.js'

/** Crashes in a row, each after a short run, after which the device stops listening for a while. */
export const CRASHES_TO_PAUSE = 4
/** A run as long as this is none of a loop, s. */
export const STABLE_RUN_S = 600
const FIRST_PAUSE_MS = 10 * 60_000
const LONGEST_PAUSE_MS = 60 * 60_000

/** Where a device stands that may be crashing again and again. */
export interface CrashCount {
  /** In a row, each after a short run. */
  readonly crashes: number
  /** Begun so far. */
  readonly pauses: number
}

const NONE: CrashCount = { crashes: 0, pauses: 0 }

/**
 * Counts on from the run before. What ended well, a long run, a reboot and another version clear the count: who stops a
 * device, switches it off and on or changes its release wants it to be tried at once.
 *
 * @param now what the run that begins now says of itself
 */
export function countAfter(
  before: RunRecord | undefined,
  { isCrash }: PreviousEnd,
  now: Pick<RunRecord, 'version' | 'machineBoot' | 'machineUptimeS'>,
): CrashCount {
  if (before === undefined || !isCrash) return NONE
  // What crashed was another program, or perhaps another state of the machine.
  if (before.version !== now.version || before.machineBoot !== now.machineBoot) return NONE
  // With the wait before the restart: a little more than it ran.
  if (now.machineUptimeS - before.machineUptimeS >= STABLE_RUN_S) return NONE
  return { crashes: before.crashes + 1, pauses: before.pauses }
}

export function isLoop({ crashes }: CrashCount): boolean {
  return crashes >= CRASHES_TO_PAUSE
}

/** @param pauses begun so far, this one included */
export function pauseMs(pauses: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (pauses - 1), LONGEST_PAUSE_MS)
}

/** What counts once a pause is over: one more crash, and the next begins. */
export function countAfterPause({ pauses }: CrashCount): CrashCount {
  return { crashes: CRASHES_TO_PAUSE - 1, pauses }
}

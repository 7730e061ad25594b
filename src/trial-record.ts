import { isJsonObject } from './hostile-json.js'

/** Reboots in one trial after which what is on trial is thought to cause them. */
const MAX_INTERRUPTIONS = 3

/** A trial that a restart of the process must not end. */
export interface TrialRecord {
  readonly remainingMs: number
  /** Names the boot of the machine: a trial cut off within the same boot is a crash. */
  readonly machineBoot: string
  /** Reboots and power cuts since it began. */
  readonly interruptions: number
  /** False while the process has been stopped on purpose. */
  readonly isRunning: boolean
}

export function newTrial(trialMs: number, machineBoot: string): TrialRecord {
  return { remainingMs: trialMs, machineBoot, interruptions: 0, isRunning: true }
}

/**
 * What becomes of a trial at a start. One during which the process died is over; one that a reboot cut off goes on.
 *
 * @returns the trial as it goes on, or in words how it crashed
 */
export function resumedTrial(trial: TrialRecord, machineBoot: string): TrialRecord | string {
  const isSameBoot = trial.machineBoot === machineBoot
  const interruptions = trial.interruptions + (isSameBoot ? 0 : 1)
  const hasCrashed = trial.isRunning && (isSameBoot || interruptions >= MAX_INTERRUPTIONS)
  if (!hasCrashed) return { ...trial, machineBoot, interruptions, isRunning: true }
  return isSameBoot
    ? 'the process died while it was on trial'
    : `the machine went down ${interruptions} times while it was on trial`
}

/** @returns undefined for what was not kept by us */
export function parseTrialRecord(value: unknown): TrialRecord | undefined {
  if (!isJsonObject(value)) return undefined
  const { remainingMs, machineBoot, interruptions, isRunning } = value
  const isWhole =
    typeof remainingMs === 'number' &&
    remainingMs >= 0 &&
    typeof machineBoot === 'string' &&
    typeof interruptions === 'number' &&
    typeof isRunning === 'boolean'
  return isWhole ? { remainingMs, machineBoot, interruptions, isRunning } : undefined
}

import cron from 'node-cron'
import type { Timer } from '../clock.js'

/** Calls back at the times that an expression names, by the clock of a place. */
export interface Cron {
  /**
   * @param expression five fields: minute hour day month weekday
   * @param timeZone   IANA name; empty: the machine's
   */
  at(expression: string, timeZone: string, act: () => void): Timer
}

export function isCronExpression(expression: string): boolean {
  return expression.trim().split(/\s+/).length === 5 && cron.validate(expression)
}

/** A clock that was set back shows within so long. */
const LONGEST_WAIT_MS = 15 * 60_000

/**
 * node-cron says when; the waiting is ours. Its own timer would call back once for every time that the clock jumped
 * over, half a million of them from 1970 to today in one go, and wait for ever where the clock was set back. A time that
 * was slept through or jumped over is late, not lost, and several of them are one.
 */
export const nodeCron: Cron = {
  at(expression, timeZone, act) {
    const task = cron.createTask(expression, () => undefined, timeZone === '' ? {} : { timezone: timeZone })
    let timeout: NodeJS.Timeout
    const wait = (): void => {
      const dueMs = task.getNextRuns(1)[0].getTime()
      const check = (): void => {
        const isDue = Date.now() >= dueMs
        wait()
        if (isDue) act()
      }
      timeout = setTimeout(check, Math.min(dueMs - Date.now(), LONGEST_WAIT_MS))
    }
    wait()
    return {
      clear() {
        clearTimeout(timeout)
        void task.destroy()
      },
    }
  },
}

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

/**
 * node-cron: one timer an expression, set for its next time and at most a day ahead. A time that was slept through or
 * jumped over is late, not lost: what is done then looks at the clock itself.
 */
export const nodeCron: Cron = {
  at(expression, timeZone, act) {
    const task = cron.schedule(expression, act, {
      ...(timeZone === '' ? {} : { timezone: timeZone }),
      suppressMissedWarning: true,
    })
    task.on('execution:missed', act)
    return { clear: () => void task.destroy() }
  },
}

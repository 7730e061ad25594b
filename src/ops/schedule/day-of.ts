import { localTime } from './local-time.js'

const DAY_MS = 86_400_000

/**
 * The day that a moment belongs to, where days begin at a time of the clock on the wall. Two moments are of one day if
 * and only if this is the same: however the clock was set between them.
 *
 * @param beginsAt `03:30`
 * @returns a name, `2026-11-25`
 */
export function dayOf(unixMs: number, timeZone: string, beginsAt: string): string {
  const { date, minuteOfDay } = localTime(unixMs, timeZone)
  const [hours, minutes] = beginsAt.split(':').map(Number)
  if (minuteOfDay >= hours * 60 + minutes) return date
  return new Date(Date.parse(`${date}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10)
}

/** A time of day as a cron expression: `30 3 * * *`. */
export function dailyAt(timeOfDay: string): string {
  const [hours, minutes] = timeOfDay.split(':').map(Number)
  return `${minutes} ${hours} * * *`
}

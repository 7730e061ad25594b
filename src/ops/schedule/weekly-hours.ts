import type { LocalTime } from './local-time.js'

/** A stretch of the week by the clock on the wall, minutes since Monday 0:00; ends before `endMinute`. */
interface Stretch {
  readonly startMinute: number
  readonly endMinute: number
}

export type WeeklyHours = readonly Stretch[]

const DAY = 24 * 60
const WEEK = 7 * DAY
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const ENTRY = /^(?:([a-z]{3}(?:-[a-z]{3})?(?:\/[a-z]{3}(?:-[a-z]{3})?)*) +)?(\d\d):(\d\d)-(\d\d):(\d\d)$/

/**
 * Reads hours of the week: entries parted by commas, each of days, if not all, and a span, such as
 * `Mon-Fri 07:00-19:00, Sat/Sun 08:00-12:00`. A span that ends at or before its start goes on past midnight, `24:00` is
 * the end of the day, and days may wrap (`Sat-Mon`).
 *
 * @returns undefined if it is none
 */
export function parseWeeklyHours(text: string): WeeklyHours | undefined {
  const hours: Stretch[] = []
  for (const entry of text.split(',')) {
    const match = ENTRY.exec(entry.trim().toLowerCase())
    if (match === null) return undefined
    const days = daysOf(match[1])
    const [start, end] = [minuteOf(match[2], match[3]), minuteOf(match[4], match[5])]
    if (days === undefined || start === undefined || end === undefined || start === DAY) return undefined
    for (const day of days) {
      const startMinute = day * DAY + start
      hours.push({ startMinute, endMinute: day * DAY + (end <= start ? end + DAY : end) })
    }
  }
  return hours
}

/** By what the clock shows: where it is set back, an hour lies twice within a span, where it is put forward, not at all. */
export function isWithin(hours: WeeklyHours, { weekday, minuteOfDay }: LocalTime): boolean {
  const minute = weekday * DAY + minuteOfDay
  return hours.some(
    ({ startMinute, endMinute }) =>
      (minute >= startMinute && minute < endMinute) ||
      // Sunday's night is Monday's morning.
      (minute + WEEK >= startMinute && minute + WEEK < endMinute),
  )
}

/** Times at which being within or not may change, as cron expressions. */
export function boundaries(hours: WeeklyHours): readonly string[] {
  const minutes = new Set(hours.flatMap(({ startMinute, endMinute }) => [startMinute, endMinute % WEEK]))
  return [...minutes].sort((a, b) => a - b).map(cronOf)
}

function cronOf(minute: number): string {
  // Cron's week begins on Sunday.
  const day = (Math.floor(minute / DAY) + 1) % 7
  return `${minute % 60} ${Math.floor((minute % DAY) / 60)} * * ${day}`
}

function daysOf(text: string | undefined): ReadonlySet<number> | undefined {
  if (text === undefined) return new Set(DAYS.keys())
  const days = new Set<number>()
  for (const range of text.split('/')) {
    const [first, last] = range.split('-').map((name) => DAYS.indexOf(name))
    if (first < 0 || (last !== undefined && last < 0)) return undefined
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === (last ?? first)) break
    }
  }
  return days
}

function minuteOf(hour: string, minute: string): number | undefined {
  const value = Number(hour) * 60 + Number(minute)
  return Number(minute) < 60 && value <= DAY ? value : undefined
}

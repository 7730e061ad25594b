/** What a clock on the wall of a place shows. */
export interface LocalTime {
  /** `2026-11-25` */
  readonly date: string
  /** 0 Monday … 6 Sunday. */
  readonly weekday: number
  /** Since local midnight, by what the clock shows: 0 … 1439. */
  readonly minuteOfDay: number
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const formats = new Map<string, Intl.DateTimeFormat>()

/** @param timeZone an IANA name that `isTimeZone` accepts; empty: the machine's */
export function localTime(unixMs: number, timeZone: string): LocalTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(unixMs)
      .map(({ type, value }) => [type, value]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? ''
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    weekday: WEEKDAYS.findIndex((name) => name === part('weekday')),
    minuteOfDay: Number(part('hour')) * 60 + Number(part('minute')),
  }
}

/** The name of the zone that is meant. */
export function zoneName(timeZone: string): string {
  return formatOf(timeZone).resolvedOptions().timeZone
}

export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone)
    return true
  } catch {
    return false
  }
}

/** Making one costs a millisecond, using one next to nothing. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      ...(timeZone === '' ? {} : { timeZone }),
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
    formats.set(timeZone, format)
  }
  return format
}

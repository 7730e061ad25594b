import fc from 'fast-check'
import t from 'tap'
import { isTimeZone, localTime, zoneName } from '../../../src/ops/schedule/local-time.js'
import {
  boundaries,
  isWithin,
  parseWeeklyHours,
  type WeeklyHours,
} from '../../../src/ops/schedule/weekly-hours.js'

function hours(text: string): WeeklyHours {
  const parsed = parseWeeklyHours(text)
  if (parsed === undefined) throw new Error(`${text} are no hours`)
  return parsed
}

/** Whether a moment lies within hours, at a place. */
function isOn(text: string, time: string, zone = 'UTC'): boolean {
  return isWithin(hours(text), localTime(Date.parse(time), zone))
}

t.test('a clock on the wall shows the time of its place', async (t) => {
  const moment = Date.parse('2026-11-25T23:30:00Z')
  t.same(localTime(moment, 'UTC'), { date: '2026-11-25', weekday: 2, minuteOfDay: 23 * 60 + 30 })
  t.same(localTime(moment, 'Asia/Kolkata'), { date: '2026-11-26', weekday: 3, minuteOfDay: 5 * 60 })
  t.same(localTime(moment, 'America/New_York'), { date: '2026-11-25', weekday: 2, minuteOfDay: 18 * 60 + 30 })
  t.equal(localTime(moment, '').date.length, 10, 'the machine’s own')
  t.equal(zoneName('Europe/Berlin'), 'Europe/Berlin')
  t.ok(isTimeZone('Europe/Berlin'))
  for (const none of ['Europe/Atlantis', 'x', '../etc']) t.notOk(isTimeZone(none), none)
})

t.test('hours begin at their start and end before their end', async (t) => {
  const text = 'Mon-Fri 07:00-19:00, Sat 08:00-12:00'
  t.notOk(isOn(text, '2026-11-25T06:59:59Z'))
  t.ok(isOn(text, '2026-11-25T07:00:00Z'))
  t.ok(isOn(text, '2026-11-25T18:59:59Z'))
  t.notOk(isOn(text, '2026-11-25T19:00:00Z'))
  t.ok(isOn(text, '2026-11-28T08:00:00Z'), 'Saturday')
  t.notOk(isOn(text, '2026-11-29T08:00:00Z'), 'Sunday')
})

t.test(
  'a span past midnight belongs to the day that it begins on, over the end of the week too',
  async (t) => {
    t.ok(isOn('Sun 22:00-06:00', '2026-11-29T23:00:00Z'))
    t.ok(isOn('Sun 22:00-06:00', '2026-11-30T05:59:00Z'), 'Monday morning')
    t.notOk(isOn('Sun 22:00-06:00', '2026-11-29T05:00:00Z'), 'Sunday morning is Saturday’s night')
    t.ok(isOn('22:00-06:00', '2026-11-26T01:00:00Z'), 'every day')
    t.ok(isOn('00:00-24:00', '2026-11-26T23:59:00Z'))
    t.ok(isOn('Sat-Mon 10:00-11:00', '2026-11-30T10:30:00Z'), 'days may wrap')
    t.ok(isOn('sat/WED 10:00-11:00', '2026-11-25T10:30:00Z'))
  },
)

t.test('what is no hours is refused', async (t) => {
  for (const text of [
    '',
    'Mon',
    '7:00-19:00',
    '25:00-26:00',
    '07:60-08:00',
    '24:00-01:00',
    'Foo 07:00-08:00',
    'Mon-Foo 07:00-08:00',
    '07:00-19:00,',
    'Mon,Tue 07:00-08:00',
  ])
    t.equal(parseWeeklyHours(text), undefined, JSON.stringify(text))
  fc.assert(fc.property(fc.string(), (text) => void parseWeeklyHours(text)))
})

t.test('where the clock is put forward, hours go by what it shows', async (t) => {
  // Berlin, 29 March 2026: after 01:59:59 comes 03:00:00.
  const zone = 'Europe/Berlin'
  t.notOk(isOn('02:00-03:00', '2026-03-29T00:59:59Z', zone), '01:59:59')
  t.notOk(isOn('02:00-03:00', '2026-03-29T01:00:00Z', zone), '03:00:00: that hour was not')
  t.ok(isOn('02:30-04:00', '2026-03-29T01:00:00Z', zone), 'a span that begins within it begins after it')
  t.notOk(isOn('07:00-19:00', '2026-03-29T04:59:00Z', zone))
  t.ok(isOn('07:00-19:00', '2026-03-29T05:00:00Z', zone), 'summer time')
  t.ok(isOn('07:00-19:00', '2026-03-28T06:00:00Z', zone), 'winter time, the day before')
})

t.test('where the clock is put back, an hour lies twice within a span', async (t) => {
  // New York, 1 November 2026: after 01:59:59 (EDT) comes 01:00:00 (EST).
  const zone = 'America/New_York'
  t.ok(isOn('01:00-02:00', '2026-11-01T05:30:00Z', zone), '01:30 EDT')
  t.ok(isOn('01:00-02:00', '2026-11-01T06:30:00Z', zone), '01:30 EST')
  t.notOk(isOn('01:00-02:00', '2026-11-01T07:00:00Z', zone), '02:00 EST')
  // Lord Howe Island moves by half an hour: at 02:00 back to 01:30.
  t.ok(isOn('01:45-02:00', '2026-04-04T14:50:00Z', 'Australia/Lord_Howe'), '01:50, the first')
  t.ok(isOn('01:45-02:00', '2026-04-04T15:20:00Z', 'Australia/Lord_Howe'), '01:50, again')
})

t.test('being within changes at boundaries and nowhere else', async () => {
  const minute = fc.integer({ min: 0, max: 1439 })
  const clock = (value: number): string =>
    `${String(Math.floor(value / 60)).padStart(2, '0')}:${String(value % 60).padStart(2, '0')}`
  const day = fc.constantFrom('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
  const entry = fc
    .tuple(day, day, minute, minute)
    .map(([a, b, start, end]) => `${a}-${b} ${clock(start)}-${clock(end)}`)
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
      const parsed = hours(entries.join(','))
      const known = new Set(boundaries(parsed))
      let before = isWithin(parsed, { date: '', weekday: 6, minuteOfDay: 1439 })
      for (let m = 0; m < 7 * 1440; m++) {
        const [weekday, minuteOfDay] = [Math.floor(m / 1440), m % 1440]
        const now = isWithin(parsed, { date: '', weekday, minuteOfDay })
        const cron = `${minuteOfDay % 60} ${Math.floor(minuteOfDay / 60)} * * ${(weekday + 1) % 7}`
        if (now !== before && !known.has(cron)) return false
        before = now
      }
      return true
    }),
    { numRuns: 20 },
  )
})

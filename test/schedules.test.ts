import t from 'tap'
import type { Cron } from '../src/ops/schedule/cron.js'
import { nodeCron } from '../src/ops/schedule/cron.js'
import { Schedules, type ScheduleTimes } from '../src/schedules.js'
import { FakeClock } from './support/fake-clock.js'

const TIMES: ScheduleTimes = {
  timeZone: 'Europe/Berlin',
  listeningHours: '',
  quietHours: '',
  summaryTime: '00:00',
  baselineRollover: '04:00',
  refresh: '17 * * * *',
}

function rig(now: string, times: Partial<ScheduleTimes>) {
  const clock = new FakeClock(Date.parse(now))
  const ticks = new Map<string, () => void>()
  const cron: Cron = {
    at(expression, timeZone, act) {
      ticks.set(`${expression} ${timeZone}`, act)
      return { clear: () => void ticks.delete(`${expression} ${timeZone}`) }
    },
  }
  const done: string[] = []
  let isHeld: boolean | undefined
  const schedules = new Schedules(
    { ...TIMES, ...times },
    {
      holdListening: (held) => {
        isHeld = held
      },
      checkSummary: () => done.push('summary'),
      rollOverBaseline: () => done.push('rollover'),
      refresh: () => done.push('refresh'),
    },
    cron,
    clock,
  )
  return { clock, ticks, done, schedules, isHeld: () => isHeld }
}

t.test('a start within listening hours listens, one outside does not', async (t) => {
  const within = rig('2026-11-25T10:00:00Z', { listeningHours: 'Mon-Fri 07:00-19:00' })
  within.schedules.start()
  t.equal(within.isHeld(), false)
  const outside = rig('2026-11-25T18:00:00Z', { listeningHours: 'Mon-Fri 07:00-19:00' })
  outside.schedules.start()
  t.equal(outside.isHeld(), true, '19:00 in Berlin')
  const always = rig('2026-11-25T18:00:00Z', {})
  always.schedules.start()
  t.equal(always.isHeld(), false)
})

t.test('hours change at their boundary, by cron, or within a minute where cron missed it', async (t) => {
  const { clock, ticks, schedules, isHeld } = rig('2026-11-25T17:59:30Z', {
    listeningHours: 'Wed 07:00-19:00',
  })
  schedules.start()
  t.equal(isHeld(), false)
  clock.advance(30_000)
  t.equal(isHeld(), false, 'nobody has looked')
  ticks.get('0 19 * * 3 Europe/Berlin')?.()
  t.equal(isHeld(), true)
  const late = rig('2026-11-25T17:59:30Z', { listeningHours: 'Wed 07:00-19:00' })
  late.schedules.start()
  late.clock.advance(60_000)
  t.equal(late.isHeld(), true)
})

t.test('a clock that is set by hours counts within a minute', async (t) => {
  const { clock, schedules, isHeld } = rig('1970-01-01T12:00:00Z', { listeningHours: 'Mon-Fri 07:00-19:00' })
  schedules.start()
  t.equal(isHeld(), false, 'a Thursday')
  const nowMs = clock.nowMs.bind(clock)
  const toSunday = Date.parse('2026-11-29T12:00:00Z') - nowMs()
  clock.nowMs = () => nowMs() + toSunday
  clock.advance(60_000)
  t.equal(isHeld(), true)
})

t.test('where the clock is put forward over a boundary, hours still begin', async (t) => {
  // 29 March 2026, Berlin: 02:00 to 03:00 is not.
  const { clock, schedules, isHeld } = rig('2026-03-29T00:59:30Z', { listeningHours: 'Sun 02:30-05:00' })
  schedules.start()
  t.equal(isHeld(), true)
  clock.advance(60_000)
  t.equal(isHeld(), false)
})

t.test('quiet hours are asked for, not told', async (t) => {
  const { clock, schedules } = rig('2026-11-25T20:59:00Z', { quietHours: '22:00-06:00' })
  t.equal(schedules.isQuiet(), false)
  clock.advance(60_000)
  t.equal(schedules.isQuiet(), true)
  t.equal(rig('2026-11-25T20:59:00Z', {}).schedules.isQuiet(), false)
})

t.test('each act has its time, and none once stopped', async (t) => {
  const { ticks, done, schedules, clock } = rig('2026-11-25T10:00:00Z', { refresh: '5 * * * *' })
  schedules.start()
  done.length = 0
  for (const tick of ['0 0 * * *', '0 4 * * *', '5 * * * *']) ticks.get(`${tick} Europe/Berlin`)?.()
  t.same(done, ['summary', 'rollover', 'refresh'])
  schedules.stop()
  t.equal(ticks.size, 0)
  t.equal(clock.timers, 0)
})

t.test('node-cron calls at the time that the zone’s clock shows', async (t) => {
  const nextIn = (expression: string, zone: string): Promise<void> =>
    new Promise((resolve) => {
      const timer = nodeCron.at(expression, zone, () => {
        timer.clear()
        resolve()
      })
    })
  // Six fields are node-cron's own: every second, so that a test need not wait for a minute.
  await nextIn('* * * * * *', 'Asia/Kolkata')
  t.pass('called')
})

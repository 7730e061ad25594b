import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { StateFile } from '../src/ops/state-file.js'
import { createTopics } from '../src/publish/topics.js'
import { summaryMessage } from '../src/publish/summary-message.js'
import { Summaries, SUMMARY_SAVE_INTERVAL_MS, type PeriodRule } from '../src/summaries.js'
import type { TallyCounts } from '../src/affect/summary/tally.js'
import { AsyncApi } from './support/asyncapi.js'
import { FakeClock } from './support/fake-clock.js'
import { recordingLogger } from './support/recording-logger.js'
import { SAMPLE_COUNTS, SAMPLE_JUDGEMENT, SAMPLE_STAMP } from './support/sample-messages.js'

const BERLIN_DAY: PeriodRule = { kind: 'day', timeZone: 'Europe/Berlin', beginsAt: '00:00' }
const AGGREGATE: PeriodRule = { kind: 'aggregate', minMinutes: 15, minDecisions: 20 }
const HOUR = 3_600_000

function rig(now: string | FakeClock, rule: PeriodRule, folder?: string) {
  const clock = typeof now === 'string' ? new FakeClock(Date.parse(now)) : now
  const periods: { decisions: number; from: string; to: string }[] = []
  const log = recordingLogger()
  const summaries = new Summaries({
    rule,
    file: folder === undefined ? undefined : new StateFile(folder, 'summary.json'),
    clock,
    log,
    onPeriod({ decisions }: TallyCounts, { startMs, endMs }) {
      periods.push({ decisions, from: new Date(startMs).toISOString(), to: new Date(endMs).toISOString() })
    },
  })
  summaries.start()
  /** Time passes as it does for an agent: somebody looks every minute. */
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 60_000) {
      clock.advance(Math.min(left, 60_000))
      summaries.check()
    }
  }
  const decide = (count: number): void => {
    for (let n = 0; n < count; n++) summaries.addDecision(SAMPLE_JUDGEMENT)
  }
  return { clock, summaries, periods, pass, decide, log }
}

t.test('a day ends at midnight of its place, and the next begins', async (t) => {
  const { periods, pass, decide } = rig('2026-11-25T20:00:00Z', BERLIN_DAY)
  decide(3)
  pass(2 * HOUR)
  t.same(periods, [])
  pass(2 * HOUR)
  t.same(periods, [{ decisions: 3, from: '2026-11-25T20:00:00.000Z', to: '2026-11-25T23:00:00.000Z' }])
  pass(24 * HOUR)
  t.match(periods[1], { decisions: 0, from: '2026-11-25T23:00:00.000Z', to: '2026-11-26T23:00:00.000Z' })
})

t.test('a day on which the clock is put forward has 23 hours, one on which it is put back 25', async (t) => {
  for (const [start, hours] of [
    ['2026-03-28T23:00:00Z', 23],
    ['2026-10-24T22:00:00Z', 25],
  ] as const) {
    const { periods, pass } = rig(start, BERLIN_DAY)
    pass(30 * HOUR)
    t.equal(periods.length, 1)
    t.equal(Date.parse(periods[0]?.to ?? '') - Date.parse(start), hours * HOUR)
  }
})

t.test('a clock that jumps ends the day where it was last known to go on', async (t) => {
  const { periods, pass, decide, clock, summaries } = rig('2026-11-25T10:00:00Z', BERLIN_DAY)
  decide(5)
  pass(HOUR)
  clock.advance(72 * HOUR)
  summaries.check()
  t.same(periods, [{ decisions: 5, from: '2026-11-25T10:00:00.000Z', to: '2026-11-25T11:00:00.000Z' }])
})

t.test('a period goes on after a restart; one that ended meanwhile is told at once', async (t) => {
  const folder = t.testdir()
  const first = rig('2026-11-25T10:00:00Z', BERLIN_DAY, folder)
  first.decide(5)
  first.summaries.stop()
  const second = rig('2026-11-25T12:00:00Z', BERLIN_DAY, folder)
  second.decide(2)
  second.summaries.stop()
  const third = rig('2026-11-27T12:00:00Z', BERLIN_DAY, folder)
  third.summaries.check()
  t.same(third.periods, [{ decisions: 7, from: '2026-11-25T10:00:00.000Z', to: '2026-11-25T12:00:00.000Z' }])
})

t.test('what is counted is written every quarter of an hour, if there is anything new', async (t) => {
  const folder = t.testdir()
  const { clock, decide } = rig('2026-11-25T10:00:00Z', BERLIN_DAY, folder)
  decide(1)
  clock.advance(SUMMARY_SAVE_INTERVAL_MS)
  t.match(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')), {
    kind: 'day',
    counts: { decisions: 1 },
  })
})

t.test('an aggregate is told only once there is enough of it in time and in decisions', async (t) => {
  const { periods, pass, decide } = rig('2026-11-25T10:00:00Z', AGGREGATE)
  decide(19)
  pass(5 * HOUR)
  t.same(periods, [], 'too few decisions, however long')
  decide(1)
  pass(60_000)
  t.match(periods, [{ decisions: 20 }])
  decide(100)
  pass(14 * 60_000)
  t.equal(periods.length, 1, 'too short, however many')
  pass(60_000)
  t.match(periods[1], { decisions: 100 })
})

t.test('a clock that is set back extends an aggregate, and loses nothing of it', async (t) => {
  const clock = new FakeClock(Date.parse('2026-11-25T10:00:00Z'))
  const { periods, pass, decide } = rig(clock, AGGREGATE)
  decide(30)
  let shiftMs = -24 * HOUR
  const nowMs = clock.nowMs.bind(clock)
  clock.nowMs = () => nowMs() + shiftMs
  pass(14 * 60_000)
  t.same(periods, [])
  pass(2 * 60_000)
  t.match(periods, [{ decisions: 30 }])
  shiftMs = 0
})

t.test('what a day counted is no aggregate', async (t) => {
  const folder = t.testdir()
  const day = rig('2026-11-25T10:00:00Z', BERLIN_DAY, folder)
  day.decide(30)
  day.summaries.stop()
  const aggregate = rig('2026-11-25T12:00:00Z', AGGREGATE, folder)
  aggregate.pass(HOUR)
  t.same(aggregate.periods, [])
})

t.test('an aggregate tells neither alerts nor fatigue, nor a label that was rare', async (t) => {
  const period = { kind: 'aggregate', startMs: 0, endMs: 1, timeZone: 'UTC' } as const
  const of = { deviceId: 'bus-12', discloses: 'aggregates' } as const
  const { payload } = summaryMessage(createTopics('bus-12'), SAMPLE_COUNTS, period, SAMPLE_STAMP, of)
  t.match(JSON.parse(payload), {
    alerts: null,
    fatigue: null,
    abstained: 10,
    abstained_by: null,
    speech_minutes: 1,
    shares: { neutral: 0.8, angry: 0.16, other: 0.04 },
  })
  t.equal(new AsyncApi().complaint('summary', payload), null)
})

t.test('a board whose clock is not set yet neither ends the day before nor tells one of 1970', async (t) => {
  const folder = t.testdir()
  const first = rig('2026-11-25T10:00:00Z', BERLIN_DAY, folder)
  first.decide(5)
  first.pass(HOUR)
  first.summaries.stop()
  const clock = new FakeClock(60_000)
  const second = rig(clock, BERLIN_DAY, folder)
  second.decide(2)
  second.pass(HOUR)
  t.same(second.periods, [])
  clock.advance(Date.parse('2026-11-25T14:00:00Z') - clock.nowMs())
  second.pass(10 * HOUR)
  t.match(second.periods, [
    { decisions: 7, from: '2026-11-25T10:00:00.000Z', to: '2026-11-25T23:00:00.000Z' },
  ])
})

t.test('decisions that abstain are no part of what an aggregate must hold', async (t) => {
  const { periods, pass, decide, summaries } = rig('2026-11-25T10:00:00Z', AGGREGATE)
  for (let n = 0; n < 19; n++)
    summaries.addDecision({ ...SAMPLE_JUDGEMENT, abstained: true, abstainReason: 'low_snr' })
  decide(1)
  pass(HOUR)
  t.same(periods, [])
})

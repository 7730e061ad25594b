import t from 'tap'
import { chooseRule, frontierOf, type TriedRule } from '../../training/src/alerts/choose-rule.js'
import { figuresOf, scoreRule } from '../../training/src/alerts/figures.js'
import {
  rateInterval,
  rateIntervalOverPeople,
  shareInterval,
} from '../../training/src/alerts/rate-interval.js'
import { replayRule } from '../../training/src/alerts/replay-rule.js'
import { ruleGrid } from '../../training/src/alerts/rule-grid.js'
import { scoreAlerts } from '../../training/src/alerts/score-alerts.js'
import type { SessionRecord } from '../../training/src/alerts/session-record.js'
import { replayed, UNSMOOTHED } from '../../training/src/alerts/smoothing.js'

const SECOND = 16_000
const anger = { label: 'angry' as const, startSample: 100 * SECOND, endSample: 130 * SECOND }
const joy = { label: 'happy' as const, startSample: 200 * SECOND, endSample: 220 * SECOND }

function scored(...atS: readonly number[]): ReturnType<typeof scoreAlerts> {
  const alerts = atS.map((s) => ({ atSample: s * SECOND }))
  return scoreAlerts(alerts, [anger, joy], 'angry')
}

t.test('an episode is recalled from its first sample to five seconds after its last', async (t) => {
  t.same(scored(100).episodes, [{ seconds: 30, delayS: 0 }])
  t.same(scored(135).episodes, [{ seconds: 30, delayS: 35 }])
  t.equal(scored(99.9).episodes[0]?.delayS, null)
  t.equal(scored(135.1).episodes[0]?.delayS, null)
})

t.test('an alert just before an episode is false, one in another emotion too', async (t) => {
  t.same(scored(99.9).falseAlerts, [{ atSample: 99.9 * SECOND, during: null }])
  t.same(scored(210).falseAlerts, [{ atSample: 210 * SECOND, during: 'happy' }])
  t.same(scored(101).falseAlerts, [])
})

t.test('a second alert within an episode is neither false nor another recall', async (t) => {
  t.same(scored(104, 120), scored(104))
})

t.test('no alerts and no episodes are counted as such', async (t) => {
  t.same(scoreAlerts([], [], 'angry'), { episodes: [], falseAlerts: [] })
  const figures = figuresOf([{ person: 'a', episodes: [], falseAlerts: [], hours: 2 }])
  t.match(figures, { recall: 0, falsePerHour: 0, medianDelayS: null, recallInterval: [0, 1] })
})

t.test('rates have the exact Poisson interval', async (t) => {
  // R 4.2: poisson.test(k)$conf.int
  for (const [events, low, high] of [
    [0, 0, 3.6889],
    [1, 0.0253, 5.5716],
    [2, 0.2422, 7.2247],
    [10, 4.7954, 18.3904],
    [100, 81.3639, 121.6266],
  ] as const) {
    const interval = rateInterval(events, 2)
    t.ok(Math.abs(2 * interval[0] - low) < 1e-3, `${events}: ${interval[0]}`)
    t.ok(Math.abs(2 * interval[1] - high) < 1e-3, `${events}: ${interval[1]}`)
  }
})

t.test('over people a rate is the less certain the fewer of them gave all of it', async (t) => {
  const people = (...events: readonly number[]): ReturnType<typeof rateIntervalOverPeople> =>
    rateIntervalOverPeople(events.map((count) => ({ events: count, hours: 1 })))
  const [evenLow, evenHigh] = people(1, 1, 1, 1, 1, 1, 1, 1)
  t.same([evenLow, evenHigh], [1, 1])
  const [low, high] = people(8, 0, 0, 0, 0, 0, 0, 0)
  t.equal(low, 0)
  t.ok(high > 2, `${high}`)
  t.same(people(0, 0), [0, 0])
})

t.test('shares have Wilson’s interval', async (t) => {
  const [low, high] = shareInterval(8, 10)
  t.ok(Math.abs(low - 0.4902) < 1e-3 && Math.abs(high - 0.9433) < 1e-3, `${low} ${high}`)
  t.same(shareInterval(0, 0), [0, 1])
})

/** Decisions of 3 s, one after another, each with its probability of anger. */
function session(...angry: readonly number[]): SessionRecord {
  return {
    name: 'dev/fold-1/ravdess-1/mixed-1',
    kind: 'mixed',
    lengthSamples: 3600 * SECOND,
    labels: ['neutral', 'angry'],
    episodes: [{ label: 'angry', startSample: 0, endSample: 9 * SECOND }],
    beds: [],
    speechShare: 1,
    decisions: angry.map((p, n) => ({
      atSample: (3 * n + 4) * SECOND,
      startSample: 3 * n * SECOND,
      durationSamples: 3 * SECOND,
      speechSamples: 2 * SECOND,
      snrDb: 20,
      abstained: false,
      probabilities: [1 - p, p],
    })),
  }
}

const rule = {
  kind: 'anger',
  score: 'angry',
  enter: 0.6,
  exit: 0.3,
  hits: 2,
  of: 2,
  withinS: 30,
  minDurationS: 0,
  cooldownS: 0,
}

t.test('the device’s own rules are replayed, each alert when the device had decided', async (t) => {
  const once = scoreRule([replayed(session(0.9, 0.1, 0.9, 0.1), UNSMOOTHED)], rule)
  t.same(once[0]?.episodes, [{ seconds: 9, delayS: null }])
  const twice = scoreRule([replayed(session(0.9, 0.9), UNSMOOTHED)], rule)
  t.same(twice[0]?.episodes, [{ seconds: 9, delayS: 7 }])
  const late = scoreRule([replayed(session(0, 0, 0, 0, 0, 0.9, 0.9), UNSMOOTHED)], rule)
  t.same(late[0]?.falseAlerts, [{ atSample: 22 * SECOND, during: null }])
})

t.test('every rule that is tried is raised by anger without a pause', async (t) => {
  const record = session()
  const windows = Array.from({ length: 20 }, (_, n) => ({
    ...session(0.99).decisions[0]!,
    startSample: 1.5 * n * SECOND,
  }))
  const shouting = replayed({ ...record, decisions: windows }, UNSMOOTHED)
  const rules = ruleGrid().filter(({ score }) => score === 'angry')
  t.ok(rules.length > 500)
  t.same(
    rules.filter((rule) => replayRule(shouting, rule).length === 0),
    [],
  )
})

t.test('a smoothed state is slower than its decisions', async (t) => {
  const smoothing = { name: 'slow', params: { smoothing: 'exponential' as const, smoothingHalfLifeS: 60 } }
  const first = replayed(session(0.9), smoothing).judgements[0]?.probabilities['angry'] ?? NaN
  t.ok(first > 0.5 && first < 0.9, `${first}`)
})

function tried(recalled: number, falseAlerts: number, hours = 20): TriedRule {
  const episodes = [
    ...Array.from({ length: recalled }, () => ({ seconds: 30, delayS: 5 })),
    ...Array.from({ length: 10 - recalled }, () => ({ seconds: 30, delayS: null })),
  ]
  const alerts = Array.from({ length: falseAlerts }, () => ({ atSample: 0, during: null }))
  return { rule, figures: figuresOf([{ person: 'a', episodes, falseAlerts: alerts, hours }]) }
}

t.test('the chosen rule keeps within the limit by the upper end of its interval', async (t) => {
  // Four false alerts in 20 h are 0.2 an hour, and may be 0.51.
  const some = [tried(10, 4), tried(8, 3), tried(8, 2), tried(7, 0)]
  t.equal(chooseRule(some), some[2])
  t.equal(chooseRule([tried(10, 4)]), null)
  t.equal(chooseRule([]), null)
  const equal = [tried(8, 2), tried(8, 2)]
  t.equal(chooseRule(equal), equal[0])
})

t.test('the frontier holds what nothing beats in both', async (t) => {
  const [few, some, worse, many] = [tried(3, 0), tried(7, 2), tried(6, 2), tried(9, 30)]
  t.same(frontierOf([many, worse, some, few]), [few, some, many])
})

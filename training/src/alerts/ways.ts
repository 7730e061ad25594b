import type { AlertRule } from '../../../src/affect/alerts/alert-rule.js'
import { chooseRule, frontierOf, tryRules, type TriedRule } from './choose-rule.js'
import { figuresOf, scoreRule, type RuleFigures } from './figures.js'
import { ruleGrid } from './rule-grid.js'
import type { SessionRecord } from './session-record.js'
import type { ReplayedSession } from './replay-rule.js'
import { replayed, UNSMOOTHED, type Smoothing } from './smoothing.js'

/** A way to make alerts: what is looked at, and the best rule for it by the choice on dev. */
export interface Way {
  readonly smoothing: string
  readonly score: string
  /** Rules that rest on so many windows at least. */
  readonly leastHits: number
  /** Null: no rule keeps within what a rule may cost and recalls anything. */
  readonly chosen: TriedRule | null
  /** Of the chosen rule, on the test sessions; null where those were not heard in that way. */
  readonly test: RuleFigures | null
  /** On dev: what no other rule beats in both. */
  readonly frontier: readonly {
    readonly rule: AlertRule
    readonly recalled: number
    readonly falseAlerts: number
  }[]
}

/** An alert tells of somebody's state, so the default rests on more than one window: one may be a single exclamation. */
export const LEAST_HITS = 2

/** The states that a device can publish, and one that follows faster than its default. */
const SMOOTHINGS: readonly Smoothing[] = [
  UNSMOOTHED,
  { name: 'exponential, half-life 3 s', params: { smoothing: 'exponential', smoothingHalfLifeS: 3 } },
  { name: 'exponential, as by default', params: { smoothing: 'exponential' } },
  { name: 'hidden Markov model, as by default', params: { smoothing: 'hmm' } },
]

/** Scores that are looked at smoothed, too. */
const SMOOTHED_SCORES = ['angry', 'arousal']

export interface WaySessions {
  /** What rules are chosen on. */
  readonly dev: readonly SessionRecord[]
  /** The same, heard by a device that learns no voice. */
  readonly coldDev: readonly SessionRecord[]
  /** What the chosen ones are then judged on. */
  readonly test: readonly SessionRecord[]
}

/** Tries every way. */
export function tryWays({ dev, coldDev, test }: WaySessions, onProgress: (what: string) => void): Way[] {
  const rules = ruleGrid()
  const scores = [...new Set(rules.map(({ score }) => score))]
  const warm = SMOOTHINGS.flatMap((smoothing) => {
    const isRaw = smoothing.params === null
    const devSessions = dev.map((record) => replayed(record, smoothing))
    const testSessions = test.map((record) => replayed(record, smoothing))
    return (isRaw ? scores : SMOOTHED_SCORES).flatMap((score) => {
      onProgress(`rules on ${score}, smoothing ${smoothing.name}`)
      // A smoothed state has its memory already: counting windows on top of it is left out.
      const some = rules.filter((rule) => rule.score === score && (isRaw || rule.of <= 2))
      const tried = tryRules(devSessions, some)
      const leastHits = isRaw && score === 'angry' ? [LEAST_HITS, 1] : [1]
      return leastHits.map((least) => wayOf(tried, smoothing.name, least, testSessions))
    })
  })
  onProgress('rules on angry, no voice learnt')
  const cold = tryRules(
    coldDev.map((record) => replayed(record, UNSMOOTHED)),
    rules.filter(({ score }) => score === 'angry'),
  )
  return [...warm, wayOf(cold, 'none; no voice learnt', LEAST_HITS, null)]
}

function wayOf(
  tried: readonly TriedRule[],
  smoothing: string,
  leastHits: number,
  test: readonly ReplayedSession[] | null,
): Way {
  const among = tried.filter(({ rule }) => rule.hits >= leastHits)
  const best = chooseRule(among)
  const chosen = best && best.figures.recalled > 0 ? best : null
  return {
    smoothing,
    score: tried[0]?.rule.score ?? '',
    leastHits,
    chosen,
    test: chosen && test ? figuresOf(scoreRule(test, chosen.rule)) : null,
    frontier: frontierOf(among).map(({ rule, figures: { recalled, falseAlerts } }) => ({
      rule,
      recalled,
      falseAlerts,
    })),
  }
}

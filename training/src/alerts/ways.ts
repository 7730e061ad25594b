import { chooseRule, frontierOf, tryRules, type TriedRule } from './choose-rule.js'
import { figuresOf, scoreRule, type RuleFigures } from './figures.js'
import { ruleGrid } from './rule-grid.js'
import type { SessionRecord } from './session-record.js'
import { replayed, UNSMOOTHED, type Smoothing } from './smoothing.js'

/** A way to make alerts: what is looked at, and the best rule for it by the choice on dev. */
export interface Way {
  readonly smoothing: string
  readonly score: string
  /** Rules that rest on so many windows at least. */
  readonly leastHits: number
  /** Null: no rule keeps within what a rule may cost. */
  readonly chosen: TriedRule | null
  /** Of the chosen rule, on the test sessions. */
  readonly test: RuleFigures | null
  /** On dev. */
  readonly frontier: readonly TriedRule[]
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

/**
 * Tries every way.
 *
 * @param dev  what rules are chosen on
 * @param test what the chosen ones are then judged on
 */
export function tryWays(
  dev: readonly SessionRecord[],
  test: readonly SessionRecord[],
  onProgress: (what: string) => void,
): Way[] {
  const rules = ruleGrid()
  const scores = [...new Set(rules.map(({ score }) => score))]
  return SMOOTHINGS.flatMap((smoothing) => {
    const devSessions = dev.map((record) => replayed(record, smoothing))
    const testSessions = test.map((record) => replayed(record, smoothing))
    return scores.flatMap((score) => {
      onProgress(`rules on ${score}, smoothing ${smoothing.name}`)
      // A smoothed state has its memory already: counting windows on top of it is left out.
      const isTried = smoothing.params === null ? () => true : ({ of }: { readonly of: number }) => of <= 2
      const tried = tryRules(
        devSessions,
        rules.filter((rule) => rule.score === score && isTried(rule)),
      )
      // What is smoothed rests on several windows by itself.
      const leastHits = smoothing.params === null ? [LEAST_HITS, 1] : [1]
      return leastHits.map((least) => {
        const among = tried.filter(({ rule }) => rule.hits >= least)
        const chosen = chooseRule(among)
        return {
          smoothing: smoothing.name,
          score,
          leastHits: least,
          chosen,
          test: chosen ? figuresOf(scoreRule(testSessions, chosen.rule)) : null,
          frontier: frontierOf(among),
        }
      })
    })
  })
}

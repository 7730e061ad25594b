import type { AlertRule } from '../../../src/affect/alerts/alert-rule.js'
import { figuresOf, scoreRule, type RuleFigures } from './figures.js'
import type { ReplayedSession } from './replay-rule.js'

export interface TriedRule {
  readonly rule: AlertRule
  readonly figures: RuleFigures
}

/** What a rule may cost. */
export const MOST_FALSE_PER_HOUR = 0.5

export function tryRules(
  sessions: readonly ReplayedSession[],
  rules: readonly AlertRule[],
  onTried: () => void = () => undefined,
): TriedRule[] {
  return rules.map((rule) => {
    const figures = figuresOf(scoreRule(sessions, rule))
    onTried()
    return { rule, figures }
  })
}

/**
 * The rule of the highest recall among those whose false alerts are at most so many an hour, by the upper ends of both
 * their intervals: one that was merely lucky in its alerts, or in its people, is not taken. Of equals the one with fewer false alerts, then the first.
 *
 * @returns null if there is none
 */
export function chooseRule(tried: readonly TriedRule[], mostPerHour = MOST_FALSE_PER_HOUR): TriedRule | null {
  return tried
    .filter(({ figures: { falsePerHourInterval, falsePerHourOverPeople } }) =>
      [falsePerHourInterval, falsePerHourOverPeople].every(([, high]) => high <= mostPerHour),
    )
    .reduce<TriedRule | null>((best, one) => (best === null || isBetter(one, best) ? one : best), null)
}

function isBetter({ figures: a }: TriedRule, { figures: b }: TriedRule): boolean {
  if (a.recalled !== b.recalled) return a.recalled > b.recalled
  return a.falseAlerts < b.falseAlerts
}

/** The best recall that can be had at each number of false alerts: what no other rule beats in both. */
export function frontierOf(tried: readonly TriedRule[]): TriedRule[] {
  const sorted = [...tried].sort((a, b) => a.figures.falseAlerts - b.figures.falseAlerts)
  const frontier: TriedRule[] = []
  for (const one of sorted) {
    const last = frontier.at(-1)
    if (last && one.figures.recalled <= last.figures.recalled) continue
    if (last && one.figures.falseAlerts === last.figures.falseAlerts) frontier.pop()
    frontier.push(one)
  }
  return frontier
}

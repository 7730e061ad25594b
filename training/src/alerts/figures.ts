import type { AlertRule } from '../../../src/affect/alerts/alert-rule.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import {
  rateInterval,
  rateIntervalOverPeople,
  shareInterval,
  type Interval,
  type PersonCount,
} from './rate-interval.js'
import { replayRule, type ReplayedSession } from './replay-rule.js'
import { personOf } from './session-record.js'
import { scoreAlerts, type FalseAlert, type SessionScore } from './score-alerts.js'

/** How well a rule does on some sessions. */
export interface RuleFigures {
  readonly hours: number
  readonly episodes: number
  readonly recalled: number
  readonly recall: number
  readonly recallInterval: Interval
  readonly falseAlerts: number
  readonly falsePerHour: number
  /** As if alerts came independently of each other. */
  readonly falsePerHourInterval: Interval
  /** By drawing people again: who raises one raises more. */
  readonly falsePerHourOverPeople: Interval
  /** Of the false ones, by what was played: `neutral` speech, silence and noise, or another emotion. */
  readonly falseDuring: Readonly<Record<string, number>>
  /** Of the episodes that were recalled; null if none was. */
  readonly medianDelayS: number | null
}

export interface ScoredSession extends SessionScore {
  readonly person: string
  readonly hours: number
}

export function scoreRule(sessions: readonly ReplayedSession[], rule: AlertRule): ScoredSession[] {
  return sessions.map((session) => {
    const { episodes, lengthSamples } = session.record
    return {
      person: personOf(session.record),
      ...scoreAlerts(replayRule(session, rule), episodes, 'angry'),
      hours: lengthSamples / SAMPLE_RATE_HZ / 3600,
    }
  })
}

export function figuresOf(scores: readonly ScoredSession[]): RuleFigures {
  const hours = scores.reduce((sum, score) => sum + score.hours, 0)
  const outcomes = scores.flatMap(({ episodes }) => episodes)
  const delays = outcomes.flatMap(({ delayS }) => delayS ?? []).sort((a, b) => a - b)
  const falseAlerts = scores.flatMap((score) => score.falseAlerts)
  return {
    hours,
    episodes: outcomes.length,
    recalled: delays.length,
    recall: delays.length / Math.max(1, outcomes.length),
    recallInterval: shareInterval(delays.length, outcomes.length),
    falseAlerts: falseAlerts.length,
    falsePerHour: falseAlerts.length / hours,
    falsePerHourInterval: rateInterval(falseAlerts.length, hours),
    falsePerHourOverPeople: rateIntervalOverPeople(personCounts(scores)),
    falseDuring: countsOf(falseAlerts),
    medianDelayS: delays[Math.floor(delays.length / 2)] ?? null,
  }
}

function personCounts(scores: readonly ScoredSession[]): PersonCount[] {
  const counts = new Map<string, PersonCount>()
  for (const { person, hours, falseAlerts } of scores) {
    const before = counts.get(person) ?? { events: 0, hours: 0 }
    counts.set(person, { events: before.events + falseAlerts.length, hours: before.hours + hours })
  }
  return [...counts.values()]
}

function countsOf(alerts: readonly FalseAlert[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { during } of alerts) {
    const name = during ?? 'neutral'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

import type { AlertRule } from '../../../src/affect/alerts/alert-rule.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Provenance } from '../report/provenance.js'
import { tryRules, type TriedRule } from './choose-rule.js'
import { figuresOf, scoreRule, type RuleFigures, type ScoredSession } from './figures.js'
import { shareInterval, type Interval } from './rate-interval.js'
import type { ReplayedSession } from './replay-rule.js'
import { EVERY_DECISION } from './rule-grid.js'
import type { SESSION_SETTINGS } from './session-settings.js'
import { EMODB_PREFIX, type SessionSet } from './session-subjects.js'
import { corpusOf, modelOf, personOf, type SessionRecord } from './session-record.js'
import type { Way } from './ways.js'

/** What `npm run evaluate -- --alerts` finds: written as metrics.json. */
export interface AlertsReport {
  readonly schema: 'affectd.alerts/1'
  readonly provenance: Provenance
  readonly artefacts: Readonly<Record<string, string>>
  readonly notes: readonly string[]
  readonly settings: typeof SESSION_SETTINGS
  /** The default `anger` rule, chosen on `dev` alone. */
  readonly chosen: AlertRule
  readonly sets: Readonly<Record<SessionSet, SetReport>>
  /** Other scores and smoothings, each with the rule that the same choice takes there. */
  readonly ways: readonly Way[]
}

/** The chosen rule on the sessions of a set. */
export interface SetReport {
  readonly people: readonly string[]
  readonly all: RuleFigures
  readonly mixed: RuleFigures
  /** Neutral speech, silence and noise alone, by model and over all of them. */
  readonly neutral: Readonly<Record<string, RuleFigures>>
  readonly byCorpus: Readonly<Record<string, RuleFigures>>
  readonly byEpisodeLength: readonly LengthRecall[]
  readonly falseAlerts: readonly ListedFalseAlert[]
  /** The chosen rule at other thresholds. */
  readonly curve: readonly CurvePoint[]
  /** No rule: every decision that gives anger at least so much is an alert. */
  readonly everyDecision: readonly CurvePoint[]
}

export interface CurvePoint {
  readonly enter: number
  readonly recall: number
  readonly falseAlerts: number
  readonly falsePerHour: number
}

export interface LengthRecall {
  /** Longer than this, up to that, s. */
  readonly fromS: number
  readonly toS: number
  readonly episodes: number
  readonly recalled: number
  readonly recallInterval: Interval
}

export interface ListedFalseAlert {
  readonly session: string
  readonly atS: number
  readonly during: string
  readonly noise: string
}

const ENTERS = Array.from({ length: 19 }, (_, n) => (n + 1) / 20)
const LENGTHS_S = [0, 20, 30, 45, 60]

export function setReport(sessions: readonly ReplayedSession[], rule: AlertRule): SetReport {
  const scores = scoreRule(sessions, rule)
  const records = sessions.map(({ record }) => record)
  const figuresWhere = (isMeant: (record: SessionRecord) => boolean): RuleFigures =>
    figuresOf(scores.filter((_, n) => isMeant(records[n]!)))
  const isNeutral = ({ kind }: SessionRecord): boolean => kind === 'neutral'
  const models = distinct(records.map(familyOf))
  const corpora = distinct(records.map(corpusOf))
  return {
    people: distinct(records.map(personOf)),
    all: figuresOf(scores),
    mixed: figuresWhere((record) => !isNeutral(record)),
    neutral: {
      ...byName(models, (model) => figuresWhere((record) => isNeutral(record) && familyOf(record) === model)),
      all: figuresWhere(isNeutral),
    },
    byCorpus: byName(corpora, (corpus) => figuresWhere((record) => corpusOf(record) === corpus)),
    byEpisodeLength: lengthRecalls(scores),
    falseAlerts: scores.flatMap(({ falseAlerts }, n) =>
      falseAlerts.map(({ atSample, during }) => ({
        session: records[n]!.name,
        atS: Math.round(atSample / SAMPLE_RATE_HZ),
        during: during ?? 'neutral',
        noise: noiseAt(records[n]!, atSample),
      })),
    ),
    curve: curveOf(sessions, (enter) => ({ ...rule, enter, exit: Math.min(rule.exit, enter) })),
    everyDecision: curveOf(sessions, (enter) => ({ ...EVERY_DECISION, enter, exit: enter })),
  }
}

function curveOf(sessions: readonly ReplayedSession[], ruleAt: (enter: number) => AlertRule): CurvePoint[] {
  const point = ({ rule, figures }: TriedRule): CurvePoint => {
    const { recall, falseAlerts, falsePerHour } = figures
    return { enter: rule.enter, recall, falseAlerts, falsePerHour }
  }
  return tryRules(sessions, ENTERS.map(ruleAt)).map(point)
}

function lengthRecalls(scores: readonly ScoredSession[]): LengthRecall[] {
  const outcomes = scores.flatMap(({ episodes }) => episodes)
  return LENGTHS_S.slice(0, -1).map((fromS, n) => {
    const toS = LENGTHS_S[n + 1]!
    const those = outcomes.filter(({ seconds }) => seconds > fromS && seconds <= toS)
    const recalled = those.filter(({ delayS }) => delayS !== null).length
    return {
      fromS,
      toS,
      episodes: those.length,
      recalled,
      recallInterval: shareInterval(recalled, those.length),
    }
  })
}

function noiseAt({ beds }: SessionRecord, atSample: number): string {
  return beds.find(({ endSample }) => atSample <= endSample)?.kind ?? 'none'
}

function byName<T>(names: readonly string[], valueOf: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]))
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}

function familyOf(record: SessionRecord): string {
  const model = modelOf(record)
  return model.startsWith(EMODB_PREFIX) ? 'emodb-loso10, one each' : model
}

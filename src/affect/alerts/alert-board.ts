import type { FatigueAssessment } from '../fatigue/fatigue-assessment.js'
import type { Judgement } from '../judgement.js'
import { AlertMonitor } from './alert-monitor.js'
import type { AlertChange, AlertCut, AlertRule } from './alert-rule.js'
import { parseScore, type AlertScore } from './alert-score.js'

/** Every configured rule over one stream. Pure: what it answers depends on what it was told, in order. */
export class AlertBoard {
  readonly #watched: readonly { readonly monitor: AlertMonitor; readonly score: AlertScore }[]

  /** @param rules checked; one whose score cannot be read never raises anything */
  constructor(rules: readonly AlertRule[]) {
    this.#watched = rules.flatMap((rule) => {
      const score = parseScore(rule.score)
      return score === undefined ? [] : [{ monitor: new AlertMonitor(rule), score }]
    })
  }

  /** A decision. One that should not be acted on does not count: its time passes like silence. */
  hear(judgement: Judgement): readonly AlertChange[] {
    const { startSample } = judgement
    const endSample = startSample + judgement.durationSamples
    if (judgement.abstained) return this.pass(endSample)
    return this.#watched.flatMap(({ monitor, score }) =>
      score.of === 'decision'
        ? monitor.hear({ startSample, endSample, score: score.scoreOf(judgement) })
        : monitor.pass(endSample),
    )
  }

  /** What the fatigue indicator says; where it has too little to say anything, nothing. */
  hearFatigue(assessment: FatigueAssessment): readonly AlertChange[] {
    const { atSample, score: fatigue } = assessment
    if (fatigue === null) return []
    const window = { startSample: atSample, endSample: atSample, score: fatigue }
    return this.#watched
      .flatMap(({ monitor, score }) => (score.of === 'fatigue' ? monitor.hear(window) : []))
      .map((change) => ({ ...change, fatigue: assessment }))
  }

  /** Time passes without decisions. */
  pass(atSample: number): readonly AlertChange[] {
    return this.#watched.flatMap(({ monitor }) => monitor.pass(atSample))
  }

  /** What is active ends: the stream breaks off, or nobody is to be told. */
  cutAll(atSample: number, why: AlertCut): readonly AlertChange[] {
    return this.#watched.flatMap(({ monitor }) => monitor.cut(atSample, why))
  }

  get activeKinds(): readonly string[] {
    return this.#watched.flatMap(({ monitor }) => (monitor.isActive ? [monitor.rule.kind] : []))
  }
}

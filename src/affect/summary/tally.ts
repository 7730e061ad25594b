import { samplesToMs } from '../../units.js'
import type { FatigueAssessment } from '../fatigue/fatigue-assessment.js'
import type { Judgement } from '../judgement.js'

/** What a period held, in sums alone: nothing of a single decision can be had of it again. */
export interface TallyCounts {
  decisions: number
  /** Decisions that abstained, by reason. */
  readonly abstained: Record<string, number>
  /** Speech that decisions rest on, ms; overlapping windows count once. */
  speechMs: number
  /** Of it, what decisions that stand give each label by their argmax. */
  readonly labelSpeechMs: Record<string, number>
  /** Decisions that stand, by label. */
  readonly labelDecisions: Record<string, number>
  /** Σ of arousal and valence × speech, over decisions that stand, and that speech. */
  arousalMs: number
  valenceMs: number
  standingMs: number
  /** Alerts raised, by kind. */
  readonly alerts: Record<string, number>
  /** Assessments of the fatigue indicator that said something, the sum of their scores, and the highest. */
  readonly fatigue: { assessments: number; scores: number; highest: number }
}

export function emptyCounts(): TallyCounts {
  return {
    decisions: 0,
    abstained: {},
    speechMs: 0,
    labelSpeechMs: {},
    labelDecisions: {},
    arousalMs: 0,
    valenceMs: 0,
    standingMs: 0,
    alerts: {},
    fatigue: { assessments: 0, scores: 0, highest: 0 },
  }
}

/** Adds up what a period holds. */
export class Tally {
  #heardUntil = 0
  #revision = 0

  constructor(readonly counts: TallyCounts = emptyCounts()) {}

  /** Rises with everything that is added. */
  get revision(): number {
    return this.#revision
  }

  /** @param judgement of one stream, later than all before it; one that begins before them is of another stream */
  addDecision(judgement: Judgement): void {
    const { counts } = this
    const { startSample, durationSamples, label, abstained, abstainReason } = judgement
    const endSample = startSample + durationSamples
    if (endSample < this.#heardUntil) this.#heardUntil = 0
    const isNew =
      durationSamples === 0 ? 0 : (endSample - Math.max(startSample, this.#heardUntil)) / durationSamples
    const speechMs = Math.max(0, isNew) * samplesToMs(judgement.speechSamples)
    this.#heardUntil = Math.max(this.#heardUntil, endSample)
    this.#revision += 1
    counts.decisions += 1
    counts.speechMs += speechMs
    if (abstained) {
      add(counts.abstained, abstainReason ?? 'unknown', 1)
      return
    }
    add(counts.labelDecisions, label, 1)
    add(counts.labelSpeechMs, label, speechMs)
    counts.arousalMs += judgement.arousal * speechMs
    counts.valenceMs += judgement.valence * speechMs
    counts.standingMs += speechMs
  }

  addAlert({ kind, active }: { readonly kind: string; readonly active: boolean }): void {
    if (!active) return
    this.#revision += 1
    add(this.counts.alerts, kind, 1)
  }

  addFatigue({ score }: Pick<FatigueAssessment, 'score'>): void {
    if (score === null) return
    const { fatigue } = this.counts
    this.#revision += 1
    fatigue.assessments += 1
    fatigue.scores += score
    fatigue.highest = Math.max(fatigue.highest, score)
  }
}

function add(counts: Record<string, number>, name: string, amount: number): void {
  counts[name] = (Object.hasOwn(counts, name) ? counts[name] : 0) + amount
}

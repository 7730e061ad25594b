import { argmax } from '../../../src/affect/probabilities.js'
import { expectedCalibrationError } from './reliability.js'

/** Rows are the true classes, columns the decided ones; counts. */
export type ConfusionMatrix = readonly (readonly number[])[]

export interface ClassMetrics {
  readonly label: string
  readonly clips: number
  readonly recall: number
  readonly precision: number
  readonly f1: number
}

export interface Metrics {
  readonly clips: number
  /** Unweighted accuracy: mean of the classes' recalls. */
  readonly ua: number
  /** Weighted accuracy: share of clips decided rightly. */
  readonly wa: number
  readonly macroF1: number
  /** Expected calibration error over 15 bins of confidence. */
  readonly ece: number
  readonly perClass: readonly ClassMetrics[]
  readonly confusion: ConfusionMatrix
}

/** One clip's decision against the truth. */
export interface Outcome {
  readonly truth: number
  /** Calibrated, sums to 1. */
  readonly probabilities: readonly number[]
}

/** Classes without a clip count neither for nor against. */
export function metricsOf(outcomes: readonly Outcome[], labels: readonly string[]): Metrics {
  const confusion = labels.map(() => labels.map(() => 0))
  for (const { truth, probabilities } of outcomes) {
    const row = confusion[truth] as number[]
    const decided = argmax(probabilities)
    row[decided] = (row[decided] as number) + 1
  }
  const perClass = labels.map((label, k): ClassMetrics => {
    const row = confusion[k] as number[]
    const clips = row.reduce((sum, n) => sum + n, 0)
    const decided = confusion.reduce((sum, r) => sum + (r[k] as number), 0)
    const hits = row[k] as number
    const recall = clips > 0 ? hits / clips : 0
    const precision = decided > 0 ? hits / decided : 0
    const f1 = recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0
    return { label, clips, recall, precision, f1 }
  })
  const present = perClass.filter((c) => c.clips > 0)
  const mean = (pick: (c: ClassMetrics) => number): number =>
    present.reduce((sum, c) => sum + pick(c), 0) / Math.max(1, present.length)
  const hits = confusion.reduce((sum, row, k) => sum + (row[k] as number), 0)
  return {
    clips: outcomes.length,
    ua: mean((c) => c.recall),
    wa: hits / Math.max(1, outcomes.length),
    macroF1: mean((c) => c.f1),
    ece: expectedCalibrationError(outcomes),
    perClass,
    confusion,
  }
}

import { argmax } from '../../../src/affect/probabilities.js'
import { areaUnderCurve } from './area-under-curve.js'
import { bootstrapInterval } from './bootstrap.js'
import { metricsOf, type Metrics } from './metrics.js'
import { expectedCalibrationError, reliabilityBins, type ReliabilityBin } from './reliability.js'
import { spreadOf, type Spread } from './spread.js'
import type { Verdict } from './verdict.js'

/** Everything that is said of a set of verdicts. */
export interface Figures extends Metrics {
  /** 95 % bootstrap interval of the UA over clips. */
  readonly uaInterval: readonly [number, number]
  /** At temperature 1; `ece` is after the temperature. */
  readonly eceUncalibrated: number
  /** Each present class against the rest, by its label. */
  readonly auc: Readonly<Record<string, number>>
  readonly reliability: {
    readonly uncalibrated: readonly ReliabilityBin[]
    readonly calibrated: readonly ReliabilityBin[]
  }
  readonly abstention: {
    /** Of the clips, those on which the device would not act. */
    readonly share: number
    /** On the others. */
    readonly wa: number
    readonly ua: number
  }
}

/** Figures of a part of the clips. */
export interface GroupFigures {
  readonly name: string
  readonly clips: number
  readonly ua: number
  readonly wa: number
}

export interface FoldVerdicts {
  readonly fold: string
  readonly verdicts: readonly Verdict[]
}

/** A form of the network over a protocol. The pooled figures are over all folds' clips at once. */
export interface FormReport extends Figures {
  readonly folds: readonly (GroupFigures & {
    readonly macroF1: number
    readonly ece: number
    readonly eceUncalibrated: number
  })[]
  /** Mean over the folds and its spread: what is quoted. */
  readonly spread: Readonly<Record<'ua' | 'wa' | 'macroF1' | 'ece' | 'eceUncalibrated', Spread>>
  /** Over the folds in which the class occurs. */
  readonly perClassSpread: readonly {
    readonly label: string
    readonly recall: Spread
    readonly precision: Spread
  }[]
  readonly bySex: readonly GroupFigures[]
  readonly bySpeaker: readonly GroupFigures[]
  readonly byCorpus: readonly GroupFigures[]
}

const BOOTSTRAP_SEED = 1

export function figuresOf(verdicts: readonly Verdict[], labels: readonly string[]): Figures {
  const uncalibrated = verdicts.map(({ truth, uncalibrated }) => ({ truth, probabilities: uncalibrated }))
  const acted = metricsOf(
    verdicts.filter(({ abstained }) => !abstained),
    labels,
  )
  const areas = labels.map((label, k): [string, number] => [
    label,
    areaUnderCurve(
      verdicts.map(({ probabilities }) => probabilities[k] as number),
      verdicts.map(({ truth }) => truth === k),
    ),
  ])
  return {
    ...metricsOf(verdicts, labels),
    uaInterval: bootstrapInterval(
      verdicts.map(hitOf),
      (sample) => uaOf(sample, labels.length),
      BOOTSTRAP_SEED,
    ),
    eceUncalibrated: expectedCalibrationError(uncalibrated),
    auc: Object.fromEntries(areas.filter(([, area]) => !Number.isNaN(area))),
    reliability: { uncalibrated: reliabilityBins(uncalibrated), calibrated: reliabilityBins(verdicts) },
    abstention: {
      share: 1 - acted.clips / Math.max(1, verdicts.length),
      wa: acted.wa,
      ua: acted.ua,
    },
  }
}

export function formReport(folds: readonly FoldVerdicts[], labels: readonly string[]): FormReport {
  const all = folds.flatMap(({ verdicts }) => verdicts)
  const perFold = folds.map(({ fold, verdicts }) => {
    const { clips, ua, wa, macroF1, ece, perClass } = metricsOf(verdicts, labels)
    const uncalibrated = verdicts.map(({ truth, uncalibrated }) => ({ truth, probabilities: uncalibrated }))
    const eceUncalibrated = expectedCalibrationError(uncalibrated)
    return { name: fold, clips, ua, wa, macroF1, ece, eceUncalibrated, perClass }
  })
  const over = (pick: (fold: (typeof perFold)[number]) => number): Spread => spreadOf(perFold.map(pick))
  return {
    ...figuresOf(all, labels),
    folds: perFold.map(({ perClass: _, ...fold }) => fold),
    spread: {
      ua: over(({ ua }) => ua),
      wa: over(({ wa }) => wa),
      macroF1: over(({ macroF1 }) => macroF1),
      ece: over(({ ece }) => ece),
      eceUncalibrated: over(({ eceUncalibrated }) => eceUncalibrated),
    },
    perClassSpread: labels.map((label, k) => {
      const classes = perFold.flatMap(({ perClass }) => perClass[k] ?? []).filter(({ clips }) => clips > 0)
      return {
        label,
        recall: spreadOf(classes.map(({ recall }) => recall)),
        precision: spreadOf(classes.map(({ precision }) => precision)),
      }
    }),
    bySex: groupFigures(all, labels, ({ sex }) => sex ?? 'not said'),
    bySpeaker: groupFigures(all, labels, ({ corpus, speaker }) => `${corpus} ${speaker}`),
    byCorpus: groupFigures(all, labels, ({ corpus }) => corpus),
  }
}

/** By group, in the order of the names, numbers as numbers. */
export function groupFigures(
  verdicts: readonly Verdict[],
  labels: readonly string[],
  groupOf: (verdict: Verdict) => string,
): GroupFigures[] {
  const groups = new Map<string, Verdict[]>()
  for (const verdict of verdicts) {
    const name = groupOf(verdict)
    groups.set(name, [...(groups.get(name) ?? []), verdict])
  }
  return [...groups.keys()]
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => {
      const { clips, ua, wa } = metricsOf(groups.get(name) ?? [], labels)
      return { name, clips, ua, wa }
    })
}

/** One clip of a bootstrap: the UA needs no more of it. */
interface Hit {
  readonly truth: number
  readonly isHit: boolean
}

function hitOf({ truth, probabilities }: Verdict): Hit {
  return { truth, isHit: argmax(probabilities) === truth }
}

/** As `metricsOf` has it, without its arrays: it is asked for hundreds of times. */
function uaOf(hits: readonly Hit[], labelCount: number): number {
  const clips = new Float64Array(labelCount)
  const right = new Float64Array(labelCount)
  for (const { truth, isHit } of hits) {
    clips[truth] = (clips[truth] as number) + 1
    if (isHit) right[truth] = (right[truth] as number) + 1
  }
  const recalls = Array.from(clips, (count, k) => (right[k] as number) / count)
  return spreadOf(recalls.filter((recall) => !Number.isNaN(recall))).mean
}

import { figuresOf, type Figures } from '../evaluate/figures.js'
import type { Provenance } from '../report/provenance.js'
import type { Recipe } from '../train/recipe.js'
import type { TrialResult } from '../train/trial.js'
import type { DeployedSize } from './deployed-size.js'

/** The two splits that every architecture is trained and judged on. */
export const COMPARED_SPLITS = [
  { key: 'random', protocol: 'ravdess-random5', fold: '1', title: 'random split' },
  { key: 'unseen', protocol: 'ravdess-emobox6', fold: '1', title: 'unseen speakers' },
] as const

export type ComparedSplit = (typeof COMPARED_SPLITS)[number]['key']

export interface SplitFigures extends Figures {
  /** Half of the binomial 95 % interval of the accuracy (WA). */
  readonly waHalfWidth: number
  /** Mean over the classes. */
  readonly precision: number
  /** Processor time of the training. */
  readonly trainingS: number
}

export interface ComparedNetwork extends DeployedSize {
  readonly architecture: string
  readonly splits: Readonly<Record<ComparedSplit, SplitFigures>>
}

export interface CompareReport {
  readonly schema: 'affectd.comparison/1'
  readonly provenance: Provenance
  /** What a reader of the figures must know. */
  readonly notes: readonly string[]
  /** The same for every network. */
  readonly recipe: Recipe
  readonly networks: readonly ComparedNetwork[]
}

export function splitFigures({ verdicts, labels, processorS }: TrialResult): SplitFigures {
  const figures = figuresOf(verdicts, labels)
  const present = figures.perClass.filter(({ clips }) => clips > 0)
  return {
    ...figures,
    waHalfWidth: binomialHalfWidth(figures.wa, figures.clips),
    precision: present.reduce((sum, { precision }) => sum + precision, 0) / Math.max(1, present.length),
    trainingS: processorS,
  }
}

/** Half of the 95 % interval of a share, by the normal approximation: 1.96 · √(p (1 − p) / n). */
export function binomialHalfWidth(share: number, count: number): number {
  return 1.96 * Math.sqrt((share * (1 - share)) / Math.max(1, count))
}

import type { FoldVerdicts } from './figures.js'
import type { WarmPolicy } from './evaluation-unit.js'
import { metricsOf } from './metrics.js'
import { spreadOf, type Spread } from './spread.js'

/** UA, mean over the folds, on the clips that were scored. */
export interface WarmFigures {
  /** Over the folds, each fold's the mean over the seeds. */
  readonly ua: Spread
  /** Over the seeds, each seed's the mean over the folds: how much the draw of the warm-up clips weighs. */
  readonly overSeeds: Spread
}

export interface WarmReport {
  /** Of each speaker, heard before and not scored. */
  readonly clipsHeard: number
  readonly seeds: readonly number[]
  /** Nothing heard before, on the same scored clips. */
  readonly cold: WarmFigures
  readonly policies: Readonly<Record<WarmPolicy, WarmFigures>>
}

/** @param seeds verdicts on the scored clips alone: of each seed the folds, in the same order */
export function warmFigures(
  seeds: readonly (readonly FoldVerdicts[])[],
  labels: readonly string[],
): WarmFigures {
  const uas = seeds.map((folds) => folds.map(({ verdicts }) => metricsOf(verdicts, labels).ua))
  const folds = uas[0]?.map((_, f) => spreadOf(uas.map((row) => row[f] as number)).mean) ?? []
  return { ua: spreadOf(folds), overSeeds: spreadOf(uas.map((row) => spreadOf(row).mean)) }
}

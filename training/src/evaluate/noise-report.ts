import { metricsOf } from './metrics.js'
import type { FoldVerdicts } from './figures.js'
import { spreadOf, type Spread } from './spread.js'
import type { NoiseCondition } from './noise-conditions.js'

/** A condition's figures: means over the folds. */
export interface ConditionFigures extends NoiseCondition {
  readonly ua: Spread
  readonly ece: Spread
}

export interface NoiseReport {
  readonly seed: number
  readonly clean: { readonly ua: Spread; readonly ece: Spread }
  readonly conditions: readonly ConditionFigures[]
  /** UA lost against clean at 10 dB, mean over the kinds of noise. */
  readonly uaLostAt10Db: number | null
}

export function noiseReport(
  clean: readonly FoldVerdicts[],
  noisy: readonly (NoiseCondition & { readonly folds: readonly FoldVerdicts[] })[],
  labels: readonly string[],
  seed: number,
): NoiseReport {
  const cleanFigures = overFolds(clean, labels)
  const conditions = noisy.map(({ kind, snrDb, folds }) => ({ kind, snrDb, ...overFolds(folds, labels) }))
  const at10 = conditions.filter(({ snrDb }) => snrDb === 10)
  return {
    seed,
    clean: cleanFigures,
    conditions,
    uaLostAt10Db:
      at10.length > 0 ? cleanFigures.ua.mean - spreadOf(at10.map(({ ua }) => ua.mean)).mean : null,
  }
}

function overFolds(folds: readonly FoldVerdicts[], labels: readonly string[]): { ua: Spread; ece: Spread } {
  const metrics = folds.map(({ verdicts }) => metricsOf(verdicts, labels))
  return { ua: spreadOf(metrics.map(({ ua }) => ua)), ece: spreadOf(metrics.map(({ ece }) => ece)) }
}

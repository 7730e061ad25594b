import type { Provenance } from '../report/provenance.js'
import type { FormReport } from './figures.js'
import type { NoiseReport } from './noise-report.js'
import type { Spread } from './spread.js'
import type { WarmReport } from './warm-report.js'

/** What `npm run evaluate` found, as it stands in metrics.json. */
export interface EvaluationReport {
  readonly schema: 'affectd.evaluation/1'
  /** Id of the one model, or the folder of a protocol's fold models. */
  readonly model: string
  /** A corpus, a fold (`ravdess-emobox6@1/1`) or a whole protocol (`ravdess-emobox6@1`). */
  readonly protocol: string
  readonly provenance: Provenance
  /** SHA-256 of each artefact's manifest. */
  readonly artefacts: Readonly<Record<string, string>>
  /** What a reader of the figures must know. */
  readonly notes: readonly string[]
  /** Through the device's own code, all outputs allowed. */
  readonly int8?: FormReport
  readonly float?: FormReport
  /** UA of each fold, int8 minus float. */
  readonly int8MinusFloat?: Spread
  /** Each clip decided among the classes that its corpus tells apart; absent where those are all outputs. */
  readonly restricted?: FormReport
  readonly noise?: NoiseReport
  readonly warm?: WarmReport
}

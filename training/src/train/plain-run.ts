import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { LABELS } from '../corpora/clip.js'
import { protocolByName, versionedName } from '../protocols/protocol-by-name.js'
import type { Recipe } from './recipe.js'
import type { RunDescription } from './run.js'

/** A run on a fold of a protocol that learns the eight classes from its own clips alone. */
export function plainRun({
  architecture,
  protocol,
  fold,
  inner,
  recipe,
  seed,
}: {
  readonly architecture: string
  readonly protocol: string
  readonly fold: string
  readonly inner: boolean
  readonly recipe: Recipe
  readonly seed: number
}): RunDescription {
  return {
    architecture,
    protocol: versionedName(protocolByName(protocol)),
    fold,
    inner,
    extraCorpora: [],
    labels: LABELS,
    teachers: [],
    init: null,
    trainedLayers: null,
    recipe,
    seed,
    featureParamsHash: featureParamsHash(FEATURE_PARAMS),
  }
}

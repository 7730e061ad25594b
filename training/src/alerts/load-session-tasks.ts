import { join } from 'node:path'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { noiseMaterial } from '../evaluate/noise-material.js'
import { EMODB_PREFIX, RELEASED_MODEL, sessionSubjects } from './session-subjects.js'
import { sessionTasks } from './session-tasks.js'
import type { SessionTask } from './session.js'

export interface SessionSource {
  /** Folder of the decoded corpora. */
  readonly root: string
  /** Folder of the fold models: `ravdess-emobox6/fold-…`, `emodb-loso10/fold-…`. */
  readonly foldModels: string
  readonly releasedModel: string
  readonly seed: number
  /** One person of so many, to try things out. */
  readonly every: number
}

export interface LoadedTasks {
  readonly tasks: readonly SessionTask[]
  /** SHA-256 of each model, by the subjects' name for it. */
  readonly artefacts: Readonly<Record<string, string>>
}

const CORPORA = ['ravdess', 'emodb', 'nemo', 'tess']

/**
 * The sessions of everybody whom their model has not heard.
 *
 * @throws {InputError} `CORPUS_NOT_FOUND`
 * @throws {ModelError} as the artefact's reader does
 */
export function loadSessionTasks({
  root,
  foldModels,
  releasedModel,
  seed,
  every,
}: SessionSource): LoadedTasks {
  const clips = CORPORA.flatMap((name) => loadCorpus(root, name))
  const subjects = sessionSubjects(clips)
  const names = [...new Set(subjects.map(({ model }) => model))]
  const models = new Map(
    names.map((model) => {
      const artefact = model === RELEASED_MODEL ? releasedModel : join(foldModels, foldOf(model))
      return [model, { artefact, sha256: readArtefact(artefact, featureParamsHash(FEATURE_PARAMS)).sha256 }]
    }),
  )
  const { recordings } = noiseMaterial(root, [])
  // The others stay at hand: they are who else is heard.
  const heard = new Set(subjects.filter((_, n) => n % every === 0))
  return {
    tasks: sessionTasks({ clips, subjects, models, recordings, seed }, heard),
    artefacts: Object.fromEntries([...models].map(([model, { sha256 }]) => [model, sha256])),
  }
}

function foldOf(model: string): string {
  return model.startsWith(EMODB_PREFIX)
    ? join('emodb-loso10', `fold-${model.slice(EMODB_PREFIX.length)}`)
    : join('ravdess-emobox6', model)
}

import { basename, resolve } from 'node:path'
import { ConfigError, InputError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import type { ModelManifest } from '../../../src/nn/manifest.js'
import type { Clip } from '../corpora/clip.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { foldModels } from '../evaluate/fold-models.js'
import type { FoldModel } from '../evaluate/run-evaluation.js'
import { loadProtocol } from '../protocols/load-protocol.js'
import { foldName, type Fold } from '../protocols/protocol.js'
import { DEFAULT_PROTOCOL, versionedName } from '../protocols/protocol-by-name.js'
import { selectFold } from '../protocols/select-fold.js'
import { createRandom } from '../random.js'

/** What was asked for: models, and the clips that they are judged on. */
export interface SubjectOptions {
  readonly artefact?: string | undefined
  readonly artefacts?: string | undefined
  readonly float?: string | undefined
  readonly corpus: string
  readonly protocol?: string | undefined
  readonly fold: readonly string[]
  readonly inner: boolean
  /** One clip of so many, to try things out. */
  readonly every: number
}

export interface Subject {
  readonly model: string
  readonly protocol: string
  readonly folds: readonly FoldModel[]
  /** All clips of the corpora, for what a corpus labels and for babble. */
  readonly clips: readonly Clip[]
  readonly manifest: ModelManifest
  /** SHA-256 by the model's name. */
  readonly artefacts: Readonly<Record<string, string>>
  readonly notes: readonly string[]
}

/** The clips alone, before a model is known. */
export interface TestClips {
  readonly name: string
  readonly folds: readonly Pick<Fold, 'fold' | 'test'>[]
  readonly clips: readonly Clip[]
  readonly notes: readonly string[]
}

/**
 * @param root folder of the decoded corpora
 * @throws {ConfigError} as `loadProtocol`, `selectFold` and `loadCorpus` do
 */
export function testClips(root: string, options: SubjectOptions): TestClips {
  const { corpus, fold, inner, every } = options
  const thinned = (clips: readonly Clip[]): readonly Clip[] => sampleOf(clips, every)
  const sample =
    every > 1 ? [`One clip of ${every} only, drawn at random: a trial, not a figure to quote.`] : []
  if (options.protocol === undefined && options.artefacts === undefined && fold.length === 0) {
    const clips = loadCorpus(root, corpus)
    return { name: corpus, folds: [{ fold: corpus, test: thinned(clips) }], clips, notes: sample }
  }
  const { protocol, clips, warnings } = loadProtocol(root, options.protocol ?? DEFAULT_PROTOCOL)
  const names = fold.length > 0 || options.artefacts === undefined ? fold : protocol.foldNames
  const folds =
    names.length > 0
      ? names.map((name) => selectFold(protocol, clips, name, inner))
      : [selectFold(protocol, clips, null, inner)]
  const isPart = options.artefacts !== undefined && folds.length < protocol.foldNames.length
  const part = `Only ${folds.length} of the ${protocol.foldNames.length} folds: ${names.join(', ')}.`
  return {
    name: options.artefacts === undefined ? foldName(folds[0] as Fold) : versionedName(protocol),
    folds: folds.map((chosen) => ({ fold: chosen.fold, test: thinned(chosen.test) })),
    clips,
    notes: [...warnings, ...(isPart ? [part] : []), ...sample],
  }
}

/** Drawn rather than counted off: corpora list their classes and speakers in a rhythm. */
function sampleOf(clips: readonly Clip[], every: number): readonly Clip[] {
  if (every === 1) return clips
  return createRandom(every)
    .shuffle([...clips])
    .slice(0, Math.ceil(clips.length / every))
}

/**
 * The models with their clips; clips whose class is no output of the network are left out, and said to be.
 *
 * @throws {ConfigError} `TRAINING_NO_FOLDER` if no model was named
 * @throws {InputError} `EVALUATION_NO_ARTEFACT`, `EVALUATION_LABELS`
 * @throws {ModelError} as the artefact's reader does
 */
export function subjectOf(root: string, options: SubjectOptions): Subject {
  const { name, folds, clips, notes } = testClips(root, options)
  const folder = options.artefacts ?? options.artefact
  if (folder === undefined) {
    throw new ConfigError(
      'TRAINING_NO_FOLDER',
      'say which model: --artefact DIR, or --artefacts DIR of all folds',
    )
  }
  const models =
    options.artefacts === undefined
      ? folds.map(({ fold, test }) => ({
          fold,
          artefact: folder,
          floatWeights: options.float ?? null,
          clips: test,
        }))
      : foldModels(options.artefacts, folds)
  const read = models.map(({ artefact }) => readArtefact(artefact, featureParamsHash(FEATURE_PARAMS)))
  const manifest = (read[0] as (typeof read)[number]).manifest
  for (const other of read) checkLabels(manifest, other.manifest)
  const isJudged = (clip: Clip): boolean => manifest.labels.some((label) => label === clip.label)
  return {
    model: options.artefacts === undefined ? manifest.id : basename(resolve(folder)),
    protocol: name,
    folds: models.map((model) => ({ ...model, clips: model.clips.filter(isJudged) })),
    clips,
    manifest,
    artefacts: Object.fromEntries(read.map(({ sha256 }, i) => [basename(models[i]?.artefact ?? ''), sha256])),
    notes: [
      ...notes,
      ...leftOut(models.flatMap((model) => model.clips.filter((clip) => !isJudged(clip)))),
      ...(options.protocol === undefined && folds[0]?.fold === name ? heardBefore(manifest, name) : []),
    ],
  }
}

function checkLabels(first: ModelManifest, other: ModelManifest): void {
  if (JSON.stringify(first.labels) === JSON.stringify(other.labels)) return
  throw new InputError(
    'EVALUATION_LABELS',
    `models ${first.id} and ${other.id} have other outputs (${other.labels.join(', ')}); the folds of a protocol need the same`,
  )
}

function leftOut(clips: readonly Clip[]): string[] {
  if (clips.length === 0) return []
  const labels = [...new Set(clips.map(({ label }) => label))].join(', ')
  return [`${clips.length} clips are left out: the network has no output for ${labels}.`]
}

function heardBefore({ id, training_corpora: trainedOn }: ModelManifest, corpus: string): string[] {
  if (!trainedOn.includes(corpus)) return []
  return [
    `${id} was trained on speakers of ${corpus}: these are no figures of unseen speakers, which --protocol gives.`,
  ]
}

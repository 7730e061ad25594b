import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, InputError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { architectureByName } from '../architectures/index.js'
import type { Architecture } from '../architectures/architecture.js'
import type { Clip, Label } from '../corpora/clip.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { loadProtocol } from '../protocols/load-protocol.js'
import { foldName } from '../protocols/protocol.js'
import { protocolByName, versionedName } from '../protocols/protocol-by-name.js'
import { selectFold } from '../protocols/select-fold.js'
import { frontEndOf } from '../dataset/front-end.js'
import type { BatchShape } from './batches.js'
import { readCheckpoint } from './checkpoint.js'
import type { Recipe } from './recipe.js'
import { initialTrainState, type TrainState } from './trainer.js'

/** What a training run is. Kept in `run.json` and in its checkpoint, so that neither is taken for another's. */
export interface RunDescription {
  readonly architecture: string
  /** What clips are trained on and held out: name and version, `ravdess-emobox6@1`. */
  readonly protocol: string
  /** Fold of the protocol; null to train on every clip of a protocol with several folds. */
  readonly fold: string | null
  /** Set the fold's test clips aside and hold out part of the training: for choices and for the temperature. */
  readonly inner: boolean
  /** Corpora, or manifests, trained on beside those of the protocol. */
  readonly extraCorpora: readonly string[]
  /** The network's outputs. */
  readonly labels: readonly Label[]
  /** Folders of the runs whose networks teach this one. */
  readonly teachers: readonly string[]
  /** Run, or file of float weights, that the network starts from; null: from nothing. */
  readonly init: string | null
  /** Layers with weights that are trained, counted from the last; null: all. */
  readonly trainedLayers: number | null
  readonly recipe: Recipe
  readonly seed: number
  readonly featureParamsHash: string
}

export const INPUT_SHAPE = [FEATURE_PARAMS.decisionFrames, FEATURE_PARAMS.nMfcc, 1] as const

export function batchShapeOf(run: RunDescription): BatchShape {
  const { frames, coefficients } = frontEndOf(architectureOf(run))
  return { batchSize: run.recipe.batchSize, frames, coefficients, labels: run.labels.length }
}

export function architectureOf(run: RunDescription): Architecture {
  return architectureByName(run.architecture, run.labels.length)
}

/** Indices of the classes that a device learns a voice from; see `src/affect/adaptation.ts`. */
export function learntLabels(labels: readonly Label[]): number[] {
  return (['neutral', 'calm'] as const).map((label) => labels.indexOf(label)).filter((k) => k >= 0)
}

export interface Split {
  /** Stands in the model card: `ravdess-emobox6@1/1`. */
  readonly name: string
  readonly train: readonly Clip[]
  readonly test: readonly Clip[]
  /** Corpora that are absent or incomplete, and test clips that the network cannot be judged on. */
  readonly warnings: readonly string[]
}

/**
 * The clips that a run trains and is judged on; clips whose class is no output of the network are left out.
 *
 * @throws {ConfigError} `TRAINING_UNKNOWN_PROTOCOL`, `TRAINING_BAD_FOLD`, `TRAINING_EXTRA_CORPUS`
 * @throws {InputError} `CORPUS_NOT_FOUND`, `CORPUS_INCOMPLETE`
 */
export function splitOf(run: RunDescription, corporaRoot: string): Split {
  const { protocol, clips, warnings } = loadProtocol(corporaRoot, run.protocol)
  const extra = extraClips(run, corporaRoot)
  const hasOutput = (clip: Clip): boolean => run.labels.includes(clip.label)
  if (run.fold === null && protocol.foldNames.length !== 1) {
    // The optional corpora are only ever tested on.
    const own = clips.filter((clip) => protocol.corpora.includes(clip.corpus))
    return {
      name: `${versionedName(protocol)}/all`,
      train: [...own, ...extra].filter(hasOutput),
      test: [],
      warnings,
    }
  }
  const fold = selectFold(protocol, clips, run.fold, run.inner)
  const test = fold.test.filter(hasOutput)
  return {
    name: foldName(fold),
    train: [...fold.train, ...extra].filter(hasOutput),
    test,
    warnings: [...warnings, ...lostToLabels(fold.test.length - test.length)],
  }
}

function lostToLabels(clips: number): string[] {
  return clips > 0 ? [`${clips} test clips are of classes that the network has no output for: left out`] : []
}

/** The protocol's own corpora are no extra: their test clips would be trained on. */
function extraClips(run: RunDescription, corporaRoot: string): Clip[] {
  const { name, corpora, optionalCorpora } = protocolByName(run.protocol)
  return run.extraCorpora.flatMap((extra) => {
    const clips = loadCorpus(corporaRoot, extra)
    const own = clips.find(({ corpus }) => corpora.includes(corpus) || optionalCorpora.includes(corpus))
    if (own) {
      throw new ConfigError(
        'TRAINING_EXTRA_CORPUS',
        `${own.corpus} is a corpus of ${name} itself, whose test clips are not to be trained on`,
      )
    }
    return clips
  })
}

/**
 * A finished or stopped run.
 *
 * @throws {InputError} `TRAINING_NO_RUN`, `TRAINING_CHECKPOINT`
 */
export function loadRun(folder: string): { run: RunDescription; state: TrainState } {
  const path = join(folder, 'run.json')
  if (!existsSync(path)) {
    throw new InputError('TRAINING_NO_RUN', `${folder} holds no run.json; make it with npm run train`)
  }
  const run = JSON.parse(readFileSync(path, 'utf8')) as RunDescription
  const state = initialTrainState(architectureOf(run), batchShapeOf(run), run.seed, run.recipe.auxiliary)
  if (!readCheckpoint(checkpointPath(folder), run, state)) {
    throw new InputError('TRAINING_NO_RUN', `${folder} holds no checkpoint yet; go on with npm run train`)
  }
  return { run, state }
}

export function checkpointPath(folder: string): string {
  return join(folder, 'checkpoint.bin')
}

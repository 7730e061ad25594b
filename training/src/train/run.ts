import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { architectureByName } from '../architectures/index.js'
import type { Architecture } from '../architectures/architecture.js'
import { LABELS, type Clip } from '../corpora/clip.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { ravdessEmobox6, type Split } from '../splits/ravdess-emobox6.js'
import type { AugmentOptions, BatchShape } from './batches.js'
import { readCheckpoint } from './checkpoint.js'
import { initialTrainState, type TrainState } from './trainer.js'

/** What a training run is. Kept in `run.json` and in its checkpoint, so that neither is taken for another's. */
export interface RunDescription {
  readonly architecture: string
  readonly corpora: readonly string[]
  /** Fold of `ravdess-emobox6`, or null to train on every clip. */
  readonly fold: number | null
  /** Validate on another fold's actors and set the test actors aside: for choices and for the temperature. */
  readonly inner: boolean
  readonly epochs: number
  readonly seed: number
  readonly batchSize: number
  readonly peakLearningRate: number
  readonly emaDecay: number
  readonly speeds: readonly number[]
  readonly augment: AugmentOptions
  readonly featureParamsHash: string
}

export const INPUT_SHAPE = [FEATURE_PARAMS.decisionFrames, FEATURE_PARAMS.nMfcc, 1] as const

export function batchShapeOf(run: RunDescription): BatchShape {
  const [frames, coefficients] = INPUT_SHAPE
  return { batchSize: run.batchSize, frames, coefficients, labels: LABELS.length }
}

export function architectureOf(run: RunDescription): Architecture {
  return architectureByName(run.architecture, LABELS.length)
}

/** The clips that a run trains and is judged on; clips without one of the eight classes are left out. */
export function splitOf(run: RunDescription, corporaRoot: string): Split {
  const clips = run.corpora.flatMap((name) => loadCorpus(corporaRoot, name)).filter(hasLabel)
  if (run.fold === null) return { name: 'all', train: clips, test: [] }
  const fold = ravdessEmobox6(
    clips.filter((clip) => clip.corpus === 'ravdess'),
    run.fold,
    run.inner,
  )
  return { ...fold, train: [...fold.train, ...clips.filter((clip) => clip.corpus !== 'ravdess')] }
}

function hasLabel(clip: Clip): boolean {
  return clip.label !== null
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
  const state = initialTrainState(architectureOf(run), batchShapeOf(run), run.seed)
  if (!readCheckpoint(checkpointPath(folder), run, state)) {
    throw new InputError('TRAINING_NO_RUN', `${folder} holds no checkpoint yet; go on with npm run train`)
  }
  return { run, state }
}

export function checkpointPath(folder: string): string {
  return join(folder, 'checkpoint.bin')
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { trainingNoise } from '../augment/noise-files.js'
import { variantsOf } from '../augment/variant-plan.js'
import { loadExamples, type Progress } from '../dataset/example-cache.js'
import { bandFilter, filterOf } from '../dataset/band-image.js'
import { frontEndOf } from '../dataset/front-end.js'
import type { Example } from './example.js'
import { readCheckpoint, writeCheckpoint } from './checkpoint.js'
import {
  architectureOf,
  batchShapeOf,
  checkpointPath,
  learntLabels,
  loadRun,
  splitOf,
  type RunDescription,
} from './run.js'
import {
  initialTrainState,
  trainEpoch,
  type EpochReport,
  type TrainState,
  type TrainTask,
} from './trainer.js'
import type { TrainedNetwork } from './teacher.js'

/** Where a run finds and leaves things. */
export interface RunPlaces {
  readonly corpora: string
  readonly out: string
  readonly cache: string
}

export interface RunReporter {
  readonly features: Progress
  note(text: string): void
  step(report: EpochReport): void
  epoch(report: EpochReport): void
}

/**
 * Trains a run to its end, from its checkpoint if it was stopped: the result is the same.
 *
 * @throws {ConfigError | InputError} as `splitOf`, `readCheckpoint` and `loadRun` of a teacher do
 */
export async function trainRun(run: RunDescription, places: RunPlaces, reporter: RunReporter): Promise<void> {
  const front = frontEndOf(architectureOf(run))
  const split = splitOf(run, places.corpora)
  for (const warning of split.warnings) reporter.note(warning)
  const sources = {
    voices: split.train,
    universe: [...split.train, ...split.test].sort((a, b) => (a.path < b.path ? -1 : 1)),
    recordings: trainingNoise(places.corpora),
  }
  const { examples, silent } = await loadExamples(
    {
      clips: split.train,
      labels: run.labels,
      front,
      variantsOf: (clip) => variantsOf(clip, run.recipe.variants, sources, run.seed),
    },
    places.cache,
    reporter.features,
  )
  reporter.note(`${split.name}: ${examples.length} clips to train on, ${silent.length} without speech`)
  const task: TrainTask = {
    architecture: architectureOf(run),
    shape: batchShapeOf(run),
    recipe: run.recipe,
    seed: run.seed,
    examples,
    neutralLabel: run.labels.indexOf('neutral'),
    teachers: run.teachers.map((folder) => loadTeacher(folder, run)),
    normaliseAndFit: front.normaliseAndFit,
    neutralLabels: learntLabels(run.labels),
  }
  mkdirSync(places.out, { recursive: true })
  const state = initialTrainState(task.architecture, task.shape, run.seed)
  if (task.architecture.input === 'bands') fillBandFilters(state, examples)
  if (readCheckpoint(checkpointPath(places.out), run, state)) {
    reporter.note(`going on after epoch ${state.epochsDone}`)
  }
  writeFileSync(join(places.out, 'run.json'), `${JSON.stringify(run, null, 2)}\n`)
  while (state.epochsDone < run.recipe.epochs) {
    const report = trainEpoch(task, state, (step) => {
      reporter.step(step)
    })
    writeCheckpoint(checkpointPath(places.out), run, state)
    reporter.epoch(report)
  }
}

function fillBandFilters({ parameters, averaged }: TrainState, examples: readonly Example[]): void {
  const filter = bandFilter(examples, FEATURE_PARAMS.nMfcc)
  filterOf(parameters).set(filter)
  filterOf(averaged).set(filter)
}

/** @throws {ConfigError} `TRAINING_TEACHER` if it hears or answers something else than its pupil */
function loadTeacher(folder: string, pupil: RunDescription): TrainedNetwork {
  const { run, state } = loadRun(folder)
  const architecture = architectureOf(run)
  const { front, input } = architectureOf(pupil)
  const hearsTheSame =
    architecture.front === front && (architecture.input === 'bands') === (input === 'bands')
  if (!hearsTheSame || run.labels.join() !== pupil.labels.join()) {
    throw new ConfigError(
      'TRAINING_TEACHER',
      `${folder} cannot teach '${pupil.architecture}': it has other features or other outputs`,
    )
  }
  return { architecture, parameters: state.averaged }
}

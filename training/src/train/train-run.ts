import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { trainingNoise } from '../augment/noise-files.js'
import type { Variant } from '../augment/variant.js'
import { variantsOf } from '../augment/variant-plan.js'
import type { Clip } from '../corpora/clip.js'
import { asRecorded, loadExamples, type Progress } from '../dataset/example-cache.js'
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
import { frozenLayersOf, prepareForInt8, startFrom } from './transfer.js'
import { validationUa } from './validate.js'

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
  /** @param validationUa on held-out clips, where there are any and it was measured */
  epoch(report: EpochReport, validationUa: number | null): void
}

/** Times that a run with held-out clips is judged on them. */
const VALIDATIONS = 10

/**
 * Trains a run to its end, from its checkpoint if it was stopped: the result is the same.
 *
 * @throws {ConfigError | InputError} as `splitOf`, `readCheckpoint`, `startFrom` and `loadRun` of a teacher do
 */
export async function trainRun(run: RunDescription, places: RunPlaces, reporter: RunReporter): Promise<void> {
  const architecture = architectureOf(run)
  const { examples, heldOut } = await runExamples(run, places, reporter)
  const shape = batchShapeOf(run)
  const state = initialTrainState(architecture, shape, run.seed, run.recipe.auxiliary)
  if (architecture.input === 'bands') fillBandFilters(state, examples)
  if (run.init !== null) {
    const fresh = startFrom(run.init, architecture, state)
    if (fresh.length > 0) reporter.note(`not in ${run.init}, so from nothing: ${fresh.join(', ')}`)
  }
  const task: TrainTask = {
    architecture,
    shape,
    recipe: run.recipe,
    seed: run.seed,
    examples,
    neutralLabel: run.labels.indexOf('neutral'),
    neutralLabels: learntLabels(run.labels),
    teachers: run.teachers.map((folder) => loadTeacher(folder, run)),
    normaliseAndFit: frontEndOf(architecture).normaliseAndFit,
    frozenLayers: run.trainedLayers === null ? 0 : frozenLayersOf(architecture, run.trainedLayers),
    quantizations: run.recipe.quantizationAware
      ? prepareForInt8(architecture, state, examples, run.seed)
      : null,
  }
  mkdirSync(places.out, { recursive: true })
  if (readCheckpoint(checkpointPath(places.out), run, state)) {
    reporter.note(`going on after epoch ${state.epochsDone}`)
  }
  writeFileSync(join(places.out, 'run.json'), `${JSON.stringify(run, null, 2)}\n`)
  const { epochs } = run.recipe
  while (state.epochsDone < epochs) {
    const report = trainEpoch(task, state, (step) => {
      reporter.step(step)
    })
    writeCheckpoint(checkpointPath(places.out), run, state)
    const isJudged = heldOut.length > 0 && state.epochsDone % Math.ceil(epochs / VALIDATIONS) === 0
    reporter.epoch(report, isJudged ? validationUa(architecture, state.averaged, heldOut, run.labels) : null)
  }
}

/** The examples to train on and, where part of the training clips is held out, those. */
async function runExamples(
  run: RunDescription,
  places: RunPlaces,
  reporter: RunReporter,
): Promise<{ examples: Example[]; heldOut: Example[] }> {
  const front = frontEndOf(architectureOf(run))
  const split = splitOf(run, places.corpora)
  for (const warning of split.warnings) reporter.note(warning)
  const sources = {
    voices: split.train,
    universe: [...split.train, ...split.test].sort((a, b) => (a.path < b.path ? -1 : 1)),
    recordings: trainingNoise(places.corpora),
  }
  const variants = (clip: Clip): Variant[] => variantsOf(clip, run.recipe.variants, sources, run.seed)
  const { examples, silent } = await loadExamples(
    { clips: split.train, labels: run.labels, front, variantsOf: variants },
    places.cache,
    reporter.features,
  )
  reporter.note(`${split.name}: ${examples.length} clips to train on, ${silent.length} without speech`)
  if (!run.inner || split.test.length === 0) return { examples, heldOut: [] }
  const heldOut = asRecorded(split.test, run.labels, front)
  return { examples, heldOut: (await loadExamples(heldOut, places.cache, reporter.features)).examples }
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

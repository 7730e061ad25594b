import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { ConfigError, UsageError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { LABELS, UNIFIED_LABELS } from '../corpora/clip.js'
import { DEFAULT_PROTOCOL, protocolByName, versionedName } from '../protocols/protocol-by-name.js'
import { readyBackend } from '../tf/backend.js'
import { RECIPE_DEFAULTS, type Recipe } from '../train/recipe.js'
import { readSettings } from '../train/settings-file.js'
import type { RunDescription } from '../train/run.js'
import { trainRun } from '../train/train-run.js'
import type { EpochReport } from '../train/trainer.js'
import { percent } from '../evaluate/confusion-svg.js'
import { ARCHITECTURE_NAMES } from '../architectures/index.js'
import { corporaRoot, DEFAULT_CACHE, runCommand, wholeNumber } from './command.js'
import { recipeWith } from './recipe-options.js'
import { foldFolder, tellProgress, trainFolds } from './train-folds.js'

const HELP = `
Trains a network for a fixed number of epochs; nothing is chosen on test data.

  npm run train -- --out DIR [options]

What is trained on
  --corpora DIR     folder of the decoded corpora (default: $CORPORA_DIR)
  --protocol NAME   how clips are parted (default: ${DEFAULT_PROTOCOL}); npm run corpora -- protocols lists them
  --fold NAME       hold out the test clips of this fold (default: train on all, or the protocol's only fold)
  --folds all       every fold, each in a process of its own, into OUT/fold-NAME
  --jobs N          processes at a time (default: the number of cores)
  --inner           set the fold's test clips aside and hold out part of the training clips instead: accuracy on those
                    is shown while the training runs
  --corpus NAME     corpus, or manifest (FILE.csv), to train on as well; may be given several times
  --bored           nine outputs: boredom too, which only some corpora teach

The network and how it learns
  --init FROM       start from a run, or from a file of float weights (npm run quantize -- --float); with
                    --protocol own-recordings --corpus MINE.csv it becomes a network for one's own recordings
  --train-last N    train the last N layers with weights alone, the others stay as they are
  --quantization-aware  train as int8 will run the network; for a few epochs after --init
  --arch NAME       architecture (default: cnn): ${ARCHITECTURE_NAMES.join(', ')}, or ensemble:NAME+NAME
  --epochs N        (default: ${RECIPE_DEFAULTS.epochs})
  --seed N          (default: 1)
  --variants N      variants of each clip, the first as recorded, the others at other speeds (default: ${RECIPE_DEFAULTS.variants.count})
  --noisy SHARE     of the variants beyond the first, those with noise or babble (default: 0)
  --reverberant SHARE   those in a room (default: 0)
  --copy-paste SHARE    examples with a stretch of the speaker's neutral speech (default: 0)
  --balance E       0 takes clips as they are, 1 every corpus, speaker and class equally often (default: 0)
  --multi-task W    weight of telling the speaker's sex and the feeling's intensity as well (default: 0)
  --teacher RUN     learn from this run's network too (distillation); may be given several times
  --settings FILE   settings as npm run tune found them; the options here count more
  --set KEY=VALUE   any other setting, as run.json names it under "recipe"; may be given several times:
                    augment.mixupAlpha=0.3, variants.snrDb=[0,20], peakLearningRate=0.002, teacherWeight=0.5

Where things go
  --out DIR         run.json and checkpoint.bin go there; a run that was stopped goes on to the same result
  --cache DIR       where features are kept (default: training/cache)
`

const many = { type: 'string', multiple: true, default: [] as string[] } as const

const options = {
  corpora: { type: 'string' },
  corpus: many,
  protocol: { type: 'string', default: DEFAULT_PROTOCOL },
  fold: { type: 'string' },
  folds: { type: 'string' },
  jobs: { type: 'string' },
  inner: { type: 'boolean', default: false },
  init: { type: 'string' },
  'train-last': { type: 'string' },
  'quantization-aware': { type: 'boolean', default: false },
  'multi-task': { type: 'string' },
  bored: { type: 'boolean', default: false },
  arch: { type: 'string', default: 'cnn' },
  epochs: { type: 'string' },
  seed: { type: 'string', default: '1' },
  variants: { type: 'string' },
  noisy: { type: 'string' },
  reverberant: { type: 'string' },
  'copy-paste': { type: 'string' },
  balance: { type: 'string' },
  teacher: many,
  settings: { type: 'string' },
  set: many,
  out: { type: 'string' },
  cache: { type: 'string', default: DEFAULT_CACHE },
} as const

/** Options that stand for a setting of the recipe. */
const SHORTHANDS = {
  epochs: 'epochs',
  variants: 'variants.count',
  noisy: 'variants.noisyShare',
  reverberant: 'variants.reverberantShare',
  'copy-paste': 'augment.copyPasteShare',
  balance: 'balance',
} as const

/** Options that say how all folds are run, not what one is. */
const OF_ALL_FOLDS: ReadonlySet<string> = new Set(['folds', 'jobs', 'out'])

await runCommand(HELP, options, async (values) => {
  if (!values.out) throw new ConfigError('TRAINING_NO_FOLDER', 'say where the run goes: --out DIR')
  const protocol = protocolByName(values.protocol)
  if (values.folds !== undefined) {
    const { out } = values
    if (values.folds !== 'all' || values.fold) {
      throw new UsageError('USAGE_ARGUMENTS', "--folds takes 'all', and goes without --fold")
    }
    const jobs = wholeNumber('jobs', values.jobs ?? `${availableParallelism()}`, 1, 256)
    await trainFolds(fileURLToPath(import.meta.url), protocol.foldNames, jobs, (fold) => [
      ...argumentsWithout(process.argv.slice(2), OF_ALL_FOLDS),
      ...['--fold', fold, '--out', foldFolder(out, fold)],
    ])
    return
  }
  if (values.inner && !values.fold && protocol.foldNames.length !== 1) {
    throw new ConfigError('TRAINING_BAD_FOLD', '--inner needs --fold')
  }
  const run: RunDescription = {
    architecture: values.arch,
    protocol: versionedName(protocol),
    fold: values.fold ?? null,
    inner: values.inner,
    extraCorpora: values.corpus,
    labels: values.bored ? UNIFIED_LABELS : LABELS,
    teachers: values.teacher,
    init: values.init ?? null,
    trainedLayers:
      values['train-last'] === undefined ? null : wholeNumber('train-last', values['train-last'], 1, 100),
    recipe: recipeOf(
      values,
      [...ownSettings(values), ...values.set],
      values.settings === undefined ? [] : readSettings(values.settings),
    ),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    featureParamsHash: featureParamsHash(FEATURE_PARAMS),
  }
  tellProgress(`backend ${await readyBackend()}`, true)
  await trainRun(
    run,
    { corpora: corporaRoot(values.corpora), out: values.out, cache: values.cache },
    {
      features: (done, total) => {
        tellProgress(`features ${done}/${total}`)
      },
      note: (text) => {
        tellProgress(text, true)
      },
      step: (report) => {
        tellProgress(describe(report))
      },
      epoch: (report, ua) => {
        tellProgress(`${describe(report)}${ua === null ? '' : `  held out UA ${percent(ua)}`}`, true)
      },
    },
  )
})

/** Settings that have an option which is not simply their value. */
function ownSettings(values: { 'quantization-aware': boolean; 'multi-task'?: string | undefined }): string[] {
  const weight = values['multi-task']
  return [
    ...(values['quantization-aware'] ? ['quantizationAware=true'] : []),
    ...(weight === undefined ? [] : [`auxiliary.sexWeight=${weight}`, `auxiliary.intensityWeight=${weight}`]),
  ]
}

/** Leaves options out, with their values; both `--name value` and `--name=value`. */
function argumentsWithout(args: readonly string[], names: ReadonlySet<string>): string[] {
  const isNamed = (text: string | undefined): boolean =>
    text !== undefined && text.startsWith('--') && names.has(text.slice(2).split('=')[0] as string)
  return args.filter((text, n) => {
    const before = args[n - 1]
    return !isNamed(text) && !(isNamed(before) && !before?.includes('='))
  })
}

function recipeOf(
  values: Readonly<Partial<Record<keyof typeof SHORTHANDS, string>>>,
  set: readonly string[],
  settings: readonly string[],
): Recipe {
  const shorthands = Object.entries(SHORTHANDS).flatMap(([option, path]) => {
    const value = values[option as keyof typeof SHORTHANDS]
    return value === undefined ? [] : [`${path}=${value}`]
  })
  return recipeWith([...settings, ...shorthands, ...set])
}

function describe({
  epoch,
  epochs,
  loss,
  accuracy,
  step,
  stepsPerEpoch,
  secondsPerStep,
}: EpochReport): string {
  const stepsLeft = (epochs - epoch) * stepsPerEpoch + (stepsPerEpoch - step)
  const minutesLeft = (stepsLeft * secondsPerStep) / 60
  return (
    `epoch ${epoch}/${epochs}  step ${step}/${stepsPerEpoch}  loss ${loss.toFixed(3)}  ` +
    `accuracy ${(100 * accuracy).toFixed(1)} %  ${minutesLeft.toFixed(1)} min left`
  )
}

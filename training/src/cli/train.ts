import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { loadExamples, TRAINING_SPEEDS } from '../dataset/example-cache.js'
import { createNormaliseAndFit } from '../dataset/network-input.js'
import { readyBackend } from '../tf/backend.js'
import { DEFAULT_PROTOCOL, protocolByName, versionedName } from '../protocols/protocol-by-name.js'
import { AUGMENT_DEFAULTS } from '../train/batches.js'
import { readCheckpoint, writeCheckpoint } from '../train/checkpoint.js'
import { architectureOf, batchShapeOf, checkpointPath, splitOf, type RunDescription } from '../train/run.js'
import { initialTrainState, trainEpoch, type EpochReport } from '../train/trainer.js'
import { corporaRoot, DEFAULT_CACHE, progressLine, runCommand, wholeNumber } from './command.js'

const HELP = `
Trains a network for a fixed number of epochs; nothing is chosen on test data.

  npm run train -- --out DIR [options]

  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --protocol NAME  how clips are parted (default: ${DEFAULT_PROTOCOL}); npm run corpora -- protocols lists them
  --fold NAME      hold out the test clips of this fold (default: train on all, or the protocol's only fold)
  --inner          set the fold's test clips aside and hold out part of the training clips instead
  --corpus NAME    corpus, or manifest (FILE.csv), to train on as well; may be given several times
  --arch NAME      architecture (default: cnn)
  --epochs N       (default: 60)
  --seed N         (default: 1)
  --out DIR        run.json and checkpoint.bin go there; a run that was stopped goes on
  --cache DIR      where features are kept (default: training/cache)
`

const options = {
  corpora: { type: 'string' },
  corpus: { type: 'string', multiple: true, default: [] as string[] },
  protocol: { type: 'string', default: DEFAULT_PROTOCOL },
  fold: { type: 'string' },
  inner: { type: 'boolean', default: false },
  arch: { type: 'string', default: 'cnn' },
  epochs: { type: 'string', default: '60' },
  seed: { type: 'string', default: '1' },
  out: { type: 'string' },
  cache: { type: 'string', default: DEFAULT_CACHE },
} as const

await runCommand(HELP, options, async (values) => {
  if (!values.out) throw new ConfigError('TRAINING_NO_FOLDER', 'say where the run goes: --out DIR')
  const protocol = protocolByName(values.protocol)
  if (values.inner && !values.fold && protocol.foldNames.length > 1) {
    throw new ConfigError('TRAINING_BAD_FOLD', '--inner needs --fold')
  }
  const run: RunDescription = {
    architecture: values.arch,
    protocol: versionedName(protocol),
    fold: values.fold ?? null,
    inner: values.inner,
    extraCorpora: values.corpus,
    epochs: wholeNumber('epochs', values.epochs, 1, 10_000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    batchSize: 32,
    peakLearningRate: 3e-3,
    emaDecay: 0.995,
    speeds: TRAINING_SPEEDS,
    augment: AUGMENT_DEFAULTS,
    featureParamsHash: featureParamsHash(FEATURE_PARAMS),
  }
  await train(run, corporaRoot(values.corpora), values.out, values.cache)
})

async function train(run: RunDescription, corpora: string, out: string, cache: string): Promise<void> {
  const backend = await readyBackend()
  const architecture = architectureOf(run)
  const shape = batchShapeOf(run)
  const split = splitOf(run, corpora)
  for (const warning of split.warnings) progressLine(warning, true)
  const { examples, silent } = await loadExamples(split.train, run.speeds, cache, (done, total) =>
    progressLine(`features ${done}/${total}`),
  )
  progressLine(
    `${split.name}: ${examples.length} clips to train on, ${silent.length} without speech; backend ${backend}`,
    true,
  )
  mkdirSync(out, { recursive: true })
  const state = initialTrainState(architecture, shape, run.seed)
  if (readCheckpoint(checkpointPath(out), run, state)) {
    progressLine(`going on after epoch ${state.epochsDone}`, true)
  }
  writeFileSync(join(out, 'run.json'), `${JSON.stringify(run, null, 2)}\n`)

  const normaliseAndFit = createNormaliseAndFit()
  const trainOptions = {
    epochs: run.epochs,
    seed: run.seed,
    peakLearningRate: run.peakLearningRate,
    emaDecay: run.emaDecay,
    augment: run.augment,
  }
  while (state.epochsDone < run.epochs) {
    let last: EpochReport | undefined
    trainEpoch(architecture, state, examples, shape, trainOptions, normaliseAndFit, (report) => {
      last = report
      progressLine(describe(report))
    })
    writeCheckpoint(checkpointPath(out), run, state)
    if (last) progressLine(describe(last), true)
  }
}

function describe({ epoch, epochs, loss, step, stepsPerEpoch, secondsPerStep }: EpochReport): string {
  const stepsLeft = (epochs - epoch) * stepsPerEpoch + (stepsPerEpoch - step)
  const minutesLeft = (stepsLeft * secondsPerStep) / 60
  return `epoch ${epoch}/${epochs}  step ${step}/${stepsPerEpoch}  loss ${loss.toFixed(3)}  ${minutesLeft.toFixed(1)} min left`
}

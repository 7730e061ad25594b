import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { VAD_FEATURE_PARAMS } from '../../../src/gate/vad-features.js'
import { readyBackend } from '../tf/backend.js'
import { readCheckpoint, writeCheckpoint } from '../train/checkpoint.js'
import { checkpointPath } from '../train/run.js'
import { initialTrainState } from '../train/trainer.js'
import { loadMaterial } from '../vad/load-material.js'
import { VAD_ARCHITECTURE } from '../vad/vad-architecture.js'
import { writeVadArtefact } from '../vad/vad-artefact.js'
import { trainingMaterial } from '../vad/vad-split.js'
import { trainVadEpoch, vadBatchShape, type VadTrainOptions } from '../vad/vad-trainer.js'
import { corporaRoot, progressLine, runCommand, wholeNumber } from './command.js'

const HELP = `
Trains the gate's detector of speech on mixtures drawn afresh each epoch, and writes its int8 artefact.

  npm run train-vad -- --run DIR --out DIR [options]

  --run DIR        run.json and checkpoint.bin go there; a run that was stopped goes on
  --out DIR        artefact to write; its last part is the model's id
  --inner          leave out the speakers and noises that choices are made on
  --metrics FILE   JSON from npm run evaluate-gate, kept in the manifest
  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --epochs N       (default: 10)
  --scenes N       mixtures an epoch (default: 140)
  --seed N         (default: 1)
`

const options = {
  run: { type: 'string' },
  out: { type: 'string' },
  inner: { type: 'boolean', default: false },
  metrics: { type: 'string' },
  corpora: { type: 'string' },
  epochs: { type: 'string', default: '10' },
  scenes: { type: 'string', default: '140' },
  seed: { type: 'string', default: '1' },
} as const

/**
 * Logits are divided by it before the gate's thresholds: so the defaults, 0.8 and 0.65, lie at the odds that suited
 * the inner speakers.
 */
const TEMPERATURE = 1

await runCommand(HELP, options, async (values) => {
  const { run: folder, out } = values
  if (!folder || !out) throw new ConfigError('TRAINING_NO_FOLDER', 'give --run DIR and --out DIR')
  const run: VadTrainOptions = {
    epochs: wholeNumber('epochs', values.epochs, 1, 1000),
    scenesPerEpoch: wholeNumber('scenes', values.scenes, 1, 10_000),
    passes: 2,
    batchSize: 512,
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    peakLearningRate: 4e-3,
    emaDecay: 0.998,
  }
  const backend = await readyBackend()
  const material = await loadMaterial(
    corporaRoot(values.corpora),
    trainingMaterial(corporaRoot(values.corpora), values.inner),
    (done, total) => progressLine(`clips ${done}/${total}`),
  )
  const clips = material.speech.reduce((sum, corpus) => sum + corpus.length, 0)
  progressLine(
    `${clips} clips of speech, ${material.noise.length} classes of noise; backend ${backend}`,
    true,
  )

  mkdirSync(folder, { recursive: true })
  const identity = { ...run, isInner: values.inner, features: featureParamsHash(VAD_FEATURE_PARAMS) }
  const state = initialTrainState(VAD_ARCHITECTURE, vadBatchShape(run.batchSize), run.seed)
  if (readCheckpoint(checkpointPath(folder), identity, state)) {
    progressLine(`going on after epoch ${state.epochsDone}`, true)
  }
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify(identity, null, 2)}\n`)
  const started = performance.now()
  const before = state.epochsDone
  while (state.epochsDone < run.epochs) {
    const { epoch, loss } = trainVadEpoch(state, material, run, (what, done, total) =>
      progressLine(`epoch ${state.epochsDone + 1}/${run.epochs}  ${what} ${done}/${total}`),
    )
    writeCheckpoint(checkpointPath(folder), identity, state)
    const minutes = (performance.now() - started) / 60_000
    const left = ((run.epochs - epoch) * minutes) / (epoch - before)
    progressLine(`epoch ${epoch}/${run.epochs}  loss ${loss.toFixed(4)}  ${left.toFixed(1)} min left`, true)
  }
  const metrics = values.metrics
    ? (JSON.parse(readFileSync(values.metrics, 'utf8')) as Record<string, unknown>)
    : {}
  const sha256 = writeVadArtefact(out, state.averaged, material, TEMPERATURE, run.seed, metrics)
  progressLine(`${join(out, 'manifest.json')}: sha256 ${sha256}`, true)
})

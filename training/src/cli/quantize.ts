import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { writeArtefact } from '../../../src/nn/artefact-writer.js'
import { quantizeInputInto } from '../../../src/nn/quantize-input.js'
import { inputShapeOf } from '../architectures/architecture.js'
import { drawHistory, heardVoices } from '../augment/voice-history.js'
import { asRecorded, loadExamples } from '../dataset/example-cache.js'
import { createNormaliseAndFit } from '../dataset/network-input.js'
import { encodeFloatWeights } from '../evaluate/float-weights.js'
import { fitTemperature, type LogitOutcome } from '../evaluate/temperature.js'
import { floatLogits } from '../evaluate/float-network.js'
import { formsOfSource } from '../export/forms.js'
import { existingCard } from '../quantize/existing-card.js'
import { quantizeNetwork } from '../quantize/quantize-network.js'
import { createRandom } from '../random.js'
import { readyBackend } from '../tf/backend.js'
import type { Example } from '../train/example.js'
import {
  architectureOf,
  INPUT_SHAPE,
  learntLabels,
  loadRun,
  splitOf,
  type RunDescription,
} from '../train/run.js'
import { corporaRoot, DEFAULT_CACHE, progressLine, runCommand } from './command.js'

const HELP = `
Makes an int8 model artefact from a trained run.

  npm run quantize -- --run DIR --out DIR [options]

  --run DIR          run of npm run train
  --out DIR          artefact to write; its last part is the model's id
  --held-out RUN     run whose held-out clips fit the softmax temperature, each judged by that run's own network; may be
                     given several times: for a fold, the other folds' runs, or one trained with --inner (default: 1)
  --metrics FILE     JSON from npm run evaluate, kept in the manifest
  --corpora DIR      folder of the decoded corpora (default: $CORPORA_DIR)
  --cache DIR        where features are kept (default: training/cache)
  --forms            also write the network as tfjs/ and model.onnx (npm run export does so later)
  --float FILE       also write the float weights, for the comparison in npm run evaluate
`

const options = {
  run: { type: 'string' },
  out: { type: 'string' },
  'held-out': { type: 'string', multiple: true, default: [] as string[] },
  metrics: { type: 'string' },
  corpora: { type: 'string' },
  cache: { type: 'string', default: DEFAULT_CACHE },
  forms: { type: 'boolean', default: false },
  float: { type: 'string' },
} as const

/** Clips whose activations set the ranges, drawn from the training set alone. */
const CALIBRATION_CLIPS = 512
const GOLDEN_VECTORS = 4
const LICENCE = 'CC-BY-NC-SA-4.0'

await runCommand(HELP, options, async (values) => {
  const { run: runFolder, out } = values
  if (!runFolder || !out) throw new ConfigError('TRAINING_NO_FOLDER', 'give --run DIR and --out DIR')
  await readyBackend()
  const corpora = corporaRoot(values.corpora)
  const { run, state } = loadRun(runFolder)
  const { train } = splitOf(run, corpora)
  const { examples } = await loadExamples(asRecorded(train, run.labels), values.cache, (done, total) =>
    progressLine(`features ${done}/${total}`),
  )
  const inputs = calibrationInputs(examples, run)
  const architecture = architectureOf(run)
  const [frames, coefficients] = INPUT_SHAPE
  const network = quantizeNetwork(
    architecture,
    state.averaged,
    inputShapeOf(architecture, frames, coefficients),
    inputs,
  )
  const temperature = await heldOutTemperature(values['held-out'], runFolder, corpora, values.cache)
  const counts = run.labels.map((_, k) => examples.filter((example) => example.label === k).length)
  const id = basename(out)
  const { sha256 } = writeArtefact(
    out,
    {
      id,
      created: new Date().toISOString(),
      labels: run.labels,
      feature_params: { ...FEATURE_PARAMS },
      feature_params_hash: featureParamsHash(FEATURE_PARAMS),
      input: network.input,
      layers: network.layers,
      calibration: { temperature },
      prior: counts.map((count) => count / examples.length),
      licence: LICENCE,
      training_corpora: [...new Set(train.map((clip) => clip.corpus))],
      metrics: values.metrics
        ? (JSON.parse(readFileSync(values.metrics, 'utf8')) as Record<string, unknown>)
        : {},
    },
    goldenInputs(inputs, network.input),
    { ...existingCard(out), ...(values.forms ? { files: formsOfSource({ id, ...network }) } : {}) },
  )
  if (values.float) writeFileSync(values.float, encodeFloatWeights(run.architecture, state.averaged))
  progressLine(`${join(out, 'manifest.json')}: sha256 ${sha256}, temperature ${temperature}`, true)
})

/** Windows of training clips, as recorded, cold and with the histories that the network was trained with. */
function calibrationInputs(
  examples: readonly Example[],
  { seed, labels, recipe }: RunDescription,
): Float32Array[] {
  const normaliseAndFit = createNormaliseAndFit()
  const voices = heardVoices(examples, learntLabels(labels))
  const random = createRandom(seed, 1_000_003)
  return random
    .shuffle([...examples])
    .slice(0, CALIBRATION_CLIPS)
    .flatMap((example) => (example.variants[0] ?? []).map((window) => ({ example, window })))
    .map(({ example, window }) => {
      const input = new Float32Array(FEATURE_PARAMS.decisionFrames * FEATURE_PARAMS.nMfcc)
      const history = drawHistory(example, voices, recipe.augment, random)
      normaliseAndFit(window.mfcc, window.frames, input, history)
      return input
    })
}

/**
 * Synthetic inputs beside the extremes, never a clip's features: an artefact holds nothing of a corpus.
 */
function goldenInputs(
  inputs: readonly Float32Array[],
  quantization: { readonly scale: number; readonly zero_point: number },
): Int8Array[] {
  const size = (inputs[0] as Float32Array).length
  const random = createRandom(20_261_121)
  return Array.from({ length: GOLDEN_VECTORS }, (_, n) => {
    const real = Float32Array.from({ length: size }, (__, i) => {
      const frame = Math.floor(i / FEATURE_PARAMS.nMfcc)
      return random.normal() + Math.sin(((n + 1) * frame) / 9 + (i % FEATURE_PARAMS.nMfcc))
    })
    const quantized = new Int8Array(size)
    quantizeInputInto(real, quantization.scale, quantization.zero_point, quantized)
    return quantized
  })
}

/**
 * Temperature fitted on clips that the networks which judge them have not heard. The run's own test clips have no part
 * in it.
 *
 * @throws {ConfigError} `TRAINING_BAD_FOLD` if a run holds nothing out, or is the one to be quantised
 */
async function heldOutTemperature(
  folders: readonly string[],
  own: string,
  corpora: string,
  cache: string,
): Promise<number> {
  const outcomes: LogitOutcome[] = []
  for (const folder of folders) {
    const { run, state } = loadRun(folder)
    const { test } = splitOf(run, corpora)
    if (test.length === 0 || resolve(folder) === resolve(own)) {
      throw new ConfigError(
        'TRAINING_BAD_FOLD',
        `--held-out ${folder}: give runs of other folds, or inner ones`,
      )
    }
    const { examples } = await loadExamples(asRecorded(test, run.labels), cache, (done, total) =>
      progressLine(`held-out features ${done}/${total}`),
    )
    const normaliseAndFit = createNormaliseAndFit()
    const architecture = architectureOf(run)
    for (const { variants, label } of examples) {
      const rows = floatLogits(architecture, state.averaged, variants[0] ?? [], normaliseAndFit)
      outcomes.push(...rows.map((logits) => ({ truth: label, logits })))
    }
  }
  return outcomes.length > 0 ? fitTemperature(outcomes) : 1
}

import { relative } from 'node:path'
import { startTfjs } from '../../../src/classify/tfjs-runtime.js'
import { ConfigError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { clipMfccs } from '../dataset/example-cache.js'
import { createNormaliseAndFit } from '../dataset/network-input.js'
import { addForms } from '../export/add-forms.js'
import { agreementOf, checkAgreement } from '../export/agreement.js'
import { hasOnnxRuntime } from '../export/onnx-session.js'
import { corporaRoot, DEFAULT_CACHE, progressLine, runCommand, wholeNumber } from './command.js'

const HELP = `
Writes an artefact's network in its other forms: tfjs/ (TensorFlow.js graph model, 8-bit weights) and model.onnx (ONNX's
quantised operators). The manifest names them, so the model's SHA-256 changes.

  npm run export -- --artefact DIR            write both forms into the artefact's folder
  npm run export -- --artefact DIR --check    write nothing: run the forms on real clips and compare with the engine;
                                              fails under 99 % equal labels or over 0.02 in a probability

  --corpus NAME    clips for --check (default: ravdess)
  --clips N        how many of them, spread evenly over the corpus (default: 200)
  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --cache DIR      where features are kept (default: training/cache)

model.onnx is only checked where ONNX Runtime is installed: npm run bench:setup
`

const options = {
  artefact: { type: 'string' },
  check: { type: 'boolean', default: false },
  corpus: { type: 'string', default: 'ravdess' },
  clips: { type: 'string', default: '200' },
  corpora: { type: 'string' },
  cache: { type: 'string', default: DEFAULT_CACHE },
} as const

await runCommand(HELP, options, async (values) => {
  const { artefact: directory } = values
  if (!directory) throw new ConfigError('TRAINING_NO_FOLDER', 'say which model: --artefact DIR')
  if (!values.check) {
    const { sha256, files } = addForms(directory, featureParamsHash(FEATURE_PARAMS))
    for (const [name, bytes] of Object.entries(files)) {
      process.stdout.write(`${relative('.', directory)}/${name}  ${(bytes.length / 1000).toFixed(1)} kB\n`)
    }
    process.stdout.write(`sha256 ${sha256}\n`)
    return
  }
  const artefact = readArtefact(directory, featureParamsHash(FEATURE_PARAMS))
  if (artefact.forms.size === 0) {
    throw new ConfigError(
      'TRAINING_NO_FORMS',
      `${directory} has no other form; leave --check out to write them`,
    )
  }
  const inputs = await realInputs(
    corporaRoot(values.corpora),
    values.corpus,
    wholeNumber('clips', values.clips, 1, 100_000),
    values.cache,
  )
  const { tf } = await startTfjs()
  const hasOnnx = hasOnnxRuntime()
  const agreements = await agreementOf(artefact, inputs, { tf, hasOnnx })
  for (const { form, sameLabel, probabilityDifference, inputMs } of agreements) {
    process.stdout.write(
      `${form.padEnd(5)} same label on ${(100 * sameLabel).toFixed(2)} % of ${inputs.length} windows, ` +
        `probabilities within ${probabilityDifference.toExponential(1)}, ${inputMs.toFixed(1)} ms a window\n`,
    )
  }
  if (!hasOnnx) process.stdout.write('onnx  not checked: npm run bench:setup installs ONNX Runtime\n')
  checkAgreement(agreements)
})

/** The windows that the device's gate cuts from clips spread evenly over a corpus, as the network takes them. */
async function realInputs(
  corpora: string,
  corpus: string,
  count: number,
  cache: string,
): Promise<Float32Array[]> {
  const clips = loadCorpus(corpora, corpus)
  const chosen = clips.filter(
    (_, i) => Math.floor((i * count) / clips.length) !== Math.floor(((i - 1) * count) / clips.length),
  )
  const normaliseAndFit = createNormaliseAndFit()
  const inputs: Float32Array[] = []
  for (const [done, clip] of chosen.entries()) {
    for (const { mfcc, frames } of await clipMfccs(clip, cache)) {
      const input = new Float32Array(FEATURE_PARAMS.decisionFrames * FEATURE_PARAMS.nMfcc)
      normaliseAndFit(mfcc, frames, input)
      inputs.push(input)
    }
    progressLine(`clips ${done + 1}/${chosen.length}`)
  }
  progressLine('')
  return inputs
}

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startTfjs } from '../../../src/classify/tfjs-runtime.js'
import { loadJudge } from '../../../src/cli/judge.js'
import { modelCommand } from '../../../src/cli/model.js'
import { DEFAULT_MODEL_DIR } from '../../../src/config/defaults.js'
import { loadConfig } from '../../../src/config/load-config.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { addForms } from '../../../training/src/export/add-forms.js'
import { agreementOf, checkAgreement } from '../../../training/src/export/agreement.js'
import { exportedNetwork } from '../../../training/src/export/exported-network.js'
import { formsOf } from '../../../training/src/export/forms.js'
import { hasOnnxRuntime } from '../../../training/src/export/onnx-session.js'
import { createRandom } from '../../../training/src/random.js'
import { memoryIo } from '../../support/memory-io.js'
import { skipUnlessPart } from '../../support/require-part.js'
import { writeTinyModel } from '../../support/tiny-model.js'

const HASH = featureParamsHash(FEATURE_PARAMS)

function exported(test: Test): { directory: string; before: string; after: string } {
  const directory = writeTinyModel(test.testdir())
  writeFileSync(join(directory, 'MODEL_CARD.md'), 'by hand\n')
  const before = readArtefact(directory, HASH).sha256
  return { directory, before, after: addForms(directory, HASH).sha256 }
}

t.test('an export changes the manifest’s list of files, and nothing of the network', async (t) => {
  const folder = writeTinyModel(t.testdir())
  const own = ['weights.bin', 'golden.json'].map((name) => readFileSync(join(folder, name)))
  const { directory, before, after } = exported(t)
  t.not(after, before)
  t.same(
    ['weights.bin', 'golden.json'].map((name) => readFileSync(join(directory, name))),
    own,
  )
  t.equal(readFileSync(join(directory, 'MODEL_CARD.md'), 'utf8'), 'by hand\n')
  t.equal(readArtefact(directory, HASH).sha256, after)
  t.equal(addForms(directory, HASH).sha256, after, 'a second export gives the same model')
})

t.test('model info says how large each form is, and verify which are not here', async (t) => {
  const { directory, after } = exported(t)
  const info = memoryIo()
  await modelCommand(['info', directory, '--json'], info)
  t.match(JSON.parse(info.stdout), {
    forms: [
      { form: 'int8', present: true },
      { form: 'tfjs', present: true },
      { form: 'onnx', present: true, bytes: readFileSync(join(directory, 'model.onnx')).length },
    ],
  })
  const all = memoryIo()
  await modelCommand(['verify', directory], all)
  t.equal(all.stdout, `tiny-8 ${after}: 5 files, 2 golden vectors hold\n`)
  rmSync(join(directory, 'model.onnx'))
  const fewer = memoryIo()
  await modelCommand(['verify', directory], fewer)
  t.equal(fewer.stdout, `tiny-8 ${after}: 4 files, 2 golden vectors hold; not here: model.onnx\n`)
  await modelCommand(['info', directory], fewer)
  t.match(fewer.stdout, /^form onnx +\d+\.\d kB, not here$/m)
})

t.test('classify.backend tfjs judges with the exported form, and says so where there is none', async (t) => {
  const { directory } = exported(t)
  const configOf = (model: string) =>
    loadConfig({ env: {}, set: [`classify.model=${model}`, 'classify.backend=tfjs'] }).config
  const { classifier } = await loadJudge(configOf(directory))
  const logits = new Float32Array(8)
  classifier.classifyInto(new Float32Array(FEATURE_PARAMS.decisionFrames * FEATURE_PARAMS.nMfcc), logits)
  t.ok(logits.some((logit) => logit !== 0))
  await t.rejects(loadJudge(configOf(writeTinyModel(t.testdir()))), { code: 'MODEL_FORM', exitCode: 78 })
})

const hasOnnx = hasOnnxRuntime()
t.test(
  'the forms of the shipped model agree with the engine',
  skipUnlessPart('onnxruntime-node (npm run bench:setup)', hasOnnx),
  async (t) => {
    const artefact = readArtefact(DEFAULT_MODEL_DIR, HASH)
    const { manifest, weights } = artefact
    const random = createRandom(9)
    // MFCCs move slowly and differ from frame to frame; white noise alone would be nothing like them.
    const inputs = Array.from({ length: 40 }, (_, n) =>
      Float32Array.from(
        { length: FEATURE_PARAMS.decisionFrames * FEATURE_PARAMS.nMfcc },
        (__, i) =>
          random.normal() + Math.sin((n + 1) * (Math.floor(i / FEATURE_PARAMS.nMfcc) / 17) + (i % 40)),
      ),
    )
    const forms = new Map(Object.entries(formsOf(exportedNetwork(artefact))))
    const { tf } = await startTfjs()
    const before = tf.memory().numTensors
    const agreements = await agreementOf({ manifest, weights, forms }, inputs, { tf, hasOnnx })
    t.same(
      agreements.map(({ form, inputs: count }) => [form, count]),
      [
        ['tfjs', 40],
        ['onnx', 40],
      ],
    )
    checkAgreement(agreements)
    t.equal(tf.memory().numTensors, before)
  },
)

t.test('a form that is too far from the engine is refused with the figures', async (t) => {
  const good = {
    form: 'onnx',
    inputs: 200,
    sameLabel: 0.995,
    probabilityDifference: 0.01,
    inputMs: 5,
  } as const
  checkAgreement([good])
  t.throws(() => checkAgreement([good, { ...good, sameLabel: 0.985 }]), {
    code: 'MODEL_FORM',
    message: /98\.50 %/,
  })
  t.throws(() => checkAgreement([{ ...good, probabilityDifference: 0.03 }]), {
    code: 'MODEL_FORM',
    message: /0\.0300/,
  })
})

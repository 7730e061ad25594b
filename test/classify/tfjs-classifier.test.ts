import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { createInt8Classifier } from '../../src/classify/int8-classifier.js'
import { createTfjsClassifier } from '../../src/classify/tfjs-classifier.js'
import { startTfjs } from '../../src/classify/tfjs-runtime.js'
import type { Tfjs } from '../../src/classify/tfjs.js'
import { AffectdError } from '../../src/errors.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { TFJS_MODEL_FILE, TFJS_WEIGHTS_FILE } from '../../src/nn/artefact-forms.js'
import { readArtefact, type Artefact } from '../../src/nn/artefact-reader.js'
import { writeArtefact } from '../../src/nn/artefact-writer.js'
import { formsOfSource } from '../../training/src/export/forms.js'
import { createRandom, TINY_FEATURES_HASH, tinyInputs, tinyModel } from '../nn/tiny-model.js'

const { decisionFrames, nMfcc } = FEATURE_PARAMS
const SIZE = decisionFrames * nMfcc
/**
 * Four steps of the tiny model's logits. Its pools pass on one scale, so that means of 148 frames are ties now and then,
 * and its dense layer makes two steps of one.
 */
const MAX_DIFFERENCE = 0.0401
let tf: Tfjs

t.before(async () => {
  ;({ tf } = await startTfjs())
})

function artefactOf(test: Test, files = formsOfSource(tinyModel(decisionFrames, nMfcc))): Artefact {
  const directory = join(test.testdir(), 'm')
  writeArtefact(directory, tinyModel(decisionFrames, nMfcc), tinyInputs(SIZE), { files })
  return readArtefact(directory, TINY_FEATURES_HASH)
}

/** The artefact with a file of its form changed, as if it had been released so. */
function changed(artefact: Artefact, name: string, change: (bytes: Buffer) => Uint8Array): Artefact {
  const bytes = change(Buffer.from(artefact.forms.get(name) as Uint8Array))
  return { ...artefact, forms: new Map(artefact.forms).set(name, bytes) }
}

t.test('the TensorFlow.js classifier decides as the int8 engine does', async (t) => {
  const artefact = artefactOf(t)
  const ours = createInt8Classifier(artefact)
  const theirs = createTfjsClassifier(tf, artefact)
  t.same(theirs.model, ours.model)
  t.same(theirs.labels, ours.labels)
  t.equal(theirs.inputFrames * theirs.inputCoefficients, SIZE)
  const random = createRandom(5)
  const [a, b] = [new Float32Array(3), new Float32Array(3)]
  for (let n = 0; n < 10; n++) {
    const features = Float32Array.from({ length: SIZE }, () => 6 * random() - 3)
    ours.classifyInto(features, a)
    theirs.classifyInto(features, b)
    a.forEach((logit, k) =>
      t.ok(Math.abs(logit - b[k]!) <= MAX_DIFFERENCE, `logit ${k}: ${logit} and ${b[k]}`),
    )
  }
})

t.test('classifying window after window leaves no tensor behind', async (t) => {
  const classifier = createTfjsClassifier(tf, artefactOf(t))
  const before = tf.memory().numTensors
  const logits = new Float32Array(3)
  const features = new Float32Array(SIZE)
  for (let n = 0; n < 100; n++) classifier.classifyInto(features, logits)
  t.throws(() => classifier.classifyInto(features, new Float32Array(2)), { code: 'INTERNAL_SHAPE' })
  t.equal(tf.memory().numTensors, before)
})

t.test('a model that is here without its TensorFlow.js form is refused with what to do', async (t) => {
  t.throws(() => createTfjsClassifier(tf, artefactOf(t, {})), {
    code: 'MODEL_FORM',
    exitCode: 78,
    message: /tfjs\/model\.json.*classify\.backend/,
  })
  const artefact = artefactOf(t)
  const forms = new Map(artefact.forms)
  forms.delete(TFJS_WEIGHTS_FILE)
  t.throws(() => createTfjsClassifier(tf, { ...artefact, forms }), { message: /group1-shard1of1\.bin/ })
})

t.test('a form of another network is refused', async (t) => {
  const model = tinyModel(decisionFrames, nMfcc)
  const layers = model.layers.map((layer) =>
    layer.op === 'dense'
      ? { ...layer, weights: { ...layer.weights, values: layer.weights.values.slice().reverse() } }
      : layer,
  )
  const other = artefactOf(t, formsOfSource({ ...model, layers }))
  t.throws(() => createTfjsClassifier(tf, other), { code: 'MODEL_GOLDEN', exitCode: 78 })
})

t.test('a graph of other operations than the export writes is refused before it runs', async (t) => {
  const artefact = artefactOf(t)
  for (const op of ['While', 'Fill', 'ReadFile']) {
    const hostile = changed(artefact, TFJS_MODEL_FILE, (bytes) =>
      Buffer.from(bytes.toString().replace('"op":"Floor"', `"op":"${op}"`)),
    )
    t.throws(() => createTfjsClassifier(tf, hostile), { code: 'MODEL_FORM', message: new RegExp(op) })
  }
  const withLibrary = changed(artefact, TFJS_MODEL_FILE, (bytes) =>
    Buffer.from(bytes.toString().replace('"library":{}', '"library":{"function":[{}]}')),
  )
  t.throws(() => createTfjsClassifier(tf, withLibrary), { code: 'MODEL_FORM', message: /functions/ })
})

t.test('whatever the bytes of a form, only an error of ours comes out of loading it', async (t) => {
  const artefact = artefactOf(t)
  const length = (artefact.forms.get(TFJS_MODEL_FILE) as Uint8Array).length
  fc.assert(
    fc.property(fc.nat(length - 1), fc.integer({ min: 32, max: 126 }), fc.boolean(), (at, byte, isCut) => {
      const hostile = changed(artefact, TFJS_MODEL_FILE, (bytes) => {
        if (isCut) return bytes.subarray(0, at)
        bytes[at] = byte
        return bytes
      })
      try {
        createTfjsClassifier(tf, hostile)
      } catch (error) {
        if (!(error instanceof AffectdError)) throw error
      }
    }),
    { numRuns: 150 },
  )
})

t.test('the classifier refuses features that are not finite or of another length', async (t) => {
  const classifier = createTfjsClassifier(tf, artefactOf(t))
  const logits = new Float32Array(3)
  t.throws(() => classifier.classifyInto(new Float32Array(SIZE - 1), logits), { code: 'INTERNAL_SHAPE' })
  t.throws(() => classifier.classifyInto(new Float32Array(SIZE).fill(NaN, 7, 8), logits), {
    code: 'INTERNAL_NOT_FINITE',
  })
})

t.test('the agent’s sources name no type of TensorFlow.js, so they build without it', async (t) => {
  for (const name of ['tfjs', 'tfjs-runtime', 'tfjs-graph', 'tfjs-classifier']) {
    const text = readFileSync(new URL(`../../src/classify/${name}.ts`, import.meta.url), 'utf8')
    t.notMatch(text, /from '@tensorflow/)
  }
})

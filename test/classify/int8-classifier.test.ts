import { join } from 'node:path'

import fc from 'fast-check'
import t, { type Test } from 'tap'

import { createInt8Classifier } from '../../src/classify/int8-classifier.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { readArtefact, type Artefact } from '../../src/nn/artefact-reader.js'
import { writeArtefact, type ModelSource } from '../../src/nn/artefact-writer.js'
import { createNetwork } from '../../src/nn/network.js'
import { TINY_FEATURES_HASH, tinyInputs, tinyLayers, tinyModel } from '../nn/tiny-model.js'

const { decisionFrames, nMfcc } = FEATURE_PARAMS
const SIZE = decisionFrames * nMfcc

function artefactOf(test: Test, source: ModelSource): Artefact {
  const directory = join(test.testdir(), 'm')
  const inputLength = source.input.shape.reduce((a, b) => a * b, 1)
  writeArtefact(directory, source, tinyInputs(inputLength))
  return readArtefact(directory, TINY_FEATURES_HASH)
}

t.test('classifier says which model it is and what it takes', (t) => {
  const artefact = artefactOf(t, tinyModel(decisionFrames, nMfcc))
  const classifier = createInt8Classifier(artefact)
  t.strictSame(classifier.model, { id: 'tiny-1', sha256: artefact.sha256 })
  t.strictSame(classifier.labels, ['neutral', 'happy', 'angry'])
  t.equal(classifier.inputFrames, decisionFrames)
  t.equal(classifier.inputCoefficients, nMfcc)
  t.end()
})

t.test('classifier gives the network’s logits, dequantised', (t) => {
  const artefact = artefactOf(t, tinyModel(decisionFrames, nMfcc))
  const classifier = createInt8Classifier(artefact)
  const network = createNetwork(artefact.manifest, artefact.weights)
  const [quantized] = tinyInputs(SIZE) as [Int8Array]
  const { scale, zero_point: zeroPoint } = artefact.manifest.input
  const features = Float32Array.from(quantized, (q) => scale * (q - zeroPoint))
  const logits = new Float32Array(3)
  classifier.classifyInto(features, logits)
  t.strictSame(
    logits,
    Float32Array.from(network.run(quantized), (q) => 0.01 * (q - 5)),
  )
  t.end()
})

t.test('classifier stays finite and deterministic for any finite features', (t) => {
  const classifier = createInt8Classifier(artefactOf(t, tinyModel(decisionFrames, nMfcc)))
  const first = new Float32Array(3)
  const second = new Float32Array(3)
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.nat(SIZE - 1), (value, at) => {
      const features = new Float32Array(SIZE).fill(value, at)
      classifier.classifyInto(features, first)
      classifier.classifyInto(features, second)
      return first.every((logit, i) => Number.isFinite(logit) && logit === second[i])
    }),
    { numRuns: 20 },
  )
  t.end()
})

t.test('classifier takes a network that has the coefficients as channels', (t) => {
  const model = tinyModel(decisionFrames, nMfcc)
  const source: ModelSource = {
    ...model,
    input: { ...model.input, shape: [decisionFrames, 1, nMfcc] },
    layers: tinyLayers(4, 3, nMfcc, 1).filter(({ name }) => name === 'conv' || name === 'stats'),
  }
  const dense = tinyLayers(4, 3, 1, 4).at(-1)!
  const classifier = createInt8Classifier(artefactOf(t, { ...source, layers: [...source.layers, dense] }))
  t.equal(classifier.inputCoefficients, nMfcc)
  classifier.classifyInto(new Float32Array(SIZE), new Float32Array(3))
  t.end()
})

t.test('classifier refuses a model of another window, and golden vectors that do not hold', (t) => {
  t.throws(() => createInt8Classifier(artefactOf(t, tinyModel(12, 8))), {
    code: 'MODEL_SHAPE',
    message: /12 × 8/,
    exitCode: 78,
  })
  const artefact = artefactOf(t, tinyModel(decisionFrames, nMfcc))
  const [vector] = artefact.golden as [Artefact['golden'][0]]
  const golden = [{ input: vector.input, output: vector.output.map((q) => q + 1) }]
  t.throws(() => createInt8Classifier({ ...artefact, golden }), { code: 'MODEL_GOLDEN' })
  t.end()
})

t.test('classifier refuses arrays of the wrong length', (t) => {
  const classifier = createInt8Classifier(artefactOf(t, tinyModel(decisionFrames, nMfcc)))
  const wrong = { code: 'INTERNAL_SHAPE', exitCode: 70 }
  t.throws(() => classifier.classifyInto(new Float32Array(SIZE - 1), new Float32Array(3)), wrong)
  t.throws(() => classifier.classifyInto(new Float32Array(SIZE), new Float32Array(2)), wrong)
  t.end()
})

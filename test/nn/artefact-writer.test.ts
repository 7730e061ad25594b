import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import t from 'tap'

import { writeArtefact, type ModelSource } from '../../src/nn/artefact-writer.js'
import type { ModelManifest } from '../../src/nn/manifest.js'
import type { LayerSource } from '../../src/nn/pack-layers.js'
import { tinyInputs, tinyModel } from './tiny-model.js'

const read = (directory: string, name: string) => readFileSync(join(directory, name))
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

t.test('writer leaves one directory with every file and its hash', (t) => {
  const parent = t.testdir()
  const directory = join(parent, 'm')
  const { sha256: modelHash } = writeArtefact(directory, tinyModel(), tinyInputs(96), {
    modelCard: '# Tiny\n',
    files: { 'tfjs/model.json': Buffer.from('{}') },
  })
  t.strictSame(readdirSync(parent), ['m'], 'nothing temporary is left')
  t.strictSame(readdirSync(directory).sort(), [
    'MODEL_CARD.md',
    'golden.json',
    'manifest.json',
    'tfjs',
    'weights.bin',
  ])
  t.equal(modelHash, sha256(read(directory, 'manifest.json')))
  const manifest = JSON.parse(read(directory, 'manifest.json').toString()) as ModelManifest
  t.strictSame(Object.keys(manifest.files), ['weights.bin', 'golden.json', 'tfjs/model.json'])
  for (const [name, { sha256: expected, bytes }] of Object.entries(manifest.files)) {
    t.equal(sha256(read(directory, name)), expected)
    t.equal(read(directory, name).length, bytes)
  }
  t.end()
})

t.test('writer replaces an older model of the same name, whole', (t) => {
  const parent = t.testdir({ m: { 'old.txt': 'old' } })
  writeArtefact(join(parent, 'm'), tinyModel(), tinyInputs(96))
  t.notOk(existsSync(join(parent, 'm', 'old.txt')))
  t.strictSame(readdirSync(parent), ['m'])
  t.end()
})

t.test('writer makes the same bytes of the same model', (t) => {
  const parent = t.testdir()
  const first = writeArtefact(join(parent, 'a'), tinyModel(), tinyInputs(96))
  const second = writeArtefact(join(parent, 'b'), tinyModel(), tinyInputs(96))
  t.equal(first.sha256, second.sha256)
  t.end()
})

t.test('writer refuses layers that do not chain and constants of the wrong length', (t) => {
  const directory = join(t.testdir(), 'm')
  const model = tinyModel()
  t.throws(
    () => writeArtefact(directory, { ...model, layers: [...model.layers.slice(4), model.layers[0]!] }, []),
    { code: 'INTERNAL_GOLDEN' },
  )
  t.throws(() => writeArtefact(directory, { ...model, layers: model.layers.slice(1) }, tinyInputs(96)), {
    code: 'INTERNAL_LAYERS',
  })
  t.throws(
    () =>
      writeArtefact(
        directory,
        { ...model, layers: [model.layers[0]!, model.layers[4]!, model.layers[4]!] },
        tinyInputs(96),
      ),
    { code: 'INTERNAL_LAYERS' },
  )
  t.notOk(existsSync(directory))
  t.end()
})

t.test('writer writes nothing that the reader would refuse', (t) => {
  const directory = join(t.testdir(), 'm')
  const model = tinyModel()
  const write = (change: Partial<ModelSource>) =>
    writeArtefact(directory, { ...model, ...change }, tinyInputs(96))
  t.throws(() => write({ id: 'Fold 1' }), { code: 'MODEL_MANIFEST' })
  t.throws(() => write({ labels: ['a', 'b'] }), { code: 'MODEL_LABELS' })
  const [conv, ...rest] = model.layers as [Extract<LayerSource, { op: 'conv2d' }>, ...LayerSource[]]
  const values = conv.weights.values.map(() => -128)
  t.throws(() => write({ layers: [{ ...conv, weights: { ...conv.weights, values } }, ...rest] }), {
    code: 'MODEL_WEIGHTS',
  })
  t.notOk(existsSync(directory))
  t.end()
})

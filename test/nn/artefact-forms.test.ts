import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formOf, formSizes, isOptional, ONNX_FILE, TFJS_MODEL_FILE } from '../../src/nn/artefact-forms.js'
import { writeArtefact } from '../../src/nn/artefact-writer.js'
import { readTiny } from './tiny-artefact.js'
import { tinyInputs, tinyModel } from './tiny-model.js'

const FILES = {
  [TFJS_MODEL_FILE]: Buffer.from('{}'),
  'tfjs/a.bin': Buffer.of(1, 2),
  [ONNX_FILE]: Buffer.of(3),
}

function writeWithForms(test: Test): string {
  const directory = join(test.testdir(), 'm')
  writeArtefact(directory, tinyModel(), tinyInputs(96), { files: FILES })
  return directory
}

t.test('each file of an artefact belongs to a form, and only the engine’s own must be there', async (t) => {
  t.same(['weights.bin', 'golden.json', 'tfjs/a.bin', 'model.onnx', 'tfjsx'].map(formOf), [
    'int8',
    'int8',
    'tfjs',
    'onnx',
    'int8',
  ])
  t.notOk(isOptional('weights.bin'))
  t.ok(isOptional('model.onnx'))
})

t.test('forms that are there are read, and counted by their bytes', async (t) => {
  const directory = writeWithForms(t)
  const { manifest, manifestBytes, forms, absentFiles } = readTiny(directory)
  t.same([...forms.keys()], Object.keys(FILES))
  t.same(forms.get(ONNX_FILE), FILES[ONNX_FILE])
  t.same(absentFiles, [])
  t.equal(manifestBytes, readFileSync(join(directory, 'manifest.json')).length)
  const own = ['weights.bin', 'golden.json', 'manifest.json'].map(
    (name) => readFileSync(join(directory, name)).length,
  )
  t.same(
    formSizes(manifest, manifestBytes),
    new Map([
      ['int8', own.reduce((a, b) => a + b)],
      ['tfjs', 4],
      ['onnx', 1],
    ]),
  )
})

t.test('a model may be installed without its other forms, under the same identity', async (t) => {
  const directory = writeWithForms(t)
  const { sha256 } = readTiny(directory)
  rmSync(join(directory, 'tfjs'), { recursive: true })
  const artefact = readTiny(directory)
  t.equal(artefact.sha256, sha256)
  t.same([...artefact.forms.keys()], [ONNX_FILE])
  t.same(artefact.absentFiles, [TFJS_MODEL_FILE, 'tfjs/a.bin'])
  rmSync(join(directory, 'weights.bin'))
  t.throws(() => readTiny(directory), { code: 'MODEL_NOT_FOUND' })
})

t.test('a form that is there and is not the one that the manifest names is refused', async (t) => {
  const directory = writeWithForms(t)
  writeFileSync(join(directory, ONNX_FILE), Buffer.of(4))
  t.throws(() => readTiny(directory), { code: 'MODEL_HASH', message: /model\.onnx/ })
})

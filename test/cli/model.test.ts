import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import t, { type Test } from 'tap'

import { modelCommand } from '../../src/cli/model.js'
import { DEFAULT_VAD_MODEL_DIR } from '../../src/config/defaults.js'
import { featureParamsHash } from '../../src/features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { writeArtefact } from '../../src/nn/artefact-writer.js'
import { tinyInputs, tinyModel } from '../nn/tiny-model.js'

const { decisionFrames, nMfcc } = FEATURE_PARAMS

function writeModel(test: Test, hash = featureParamsHash(FEATURE_PARAMS)) {
  const directory = join(test.testdir(), 'm')
  const model = { ...tinyModel(decisionFrames, nMfcc), feature_params_hash: hash }
  const { sha256 } = writeArtefact(directory, model, tinyInputs(decisionFrames * nMfcc))
  return { directory, sha256 }
}

function fakeIo() {
  let printed = ''
  return {
    io: { out: (text: string) => void (printed += text), err: () => {}, isTty: false, env: {} },
    printed: () => printed,
  }
}

t.test('model info tells what a model is', async (t) => {
  const { directory, sha256 } = writeModel(t)
  const { io, printed } = fakeIo()
  t.equal(await modelCommand(['info', directory], io), 0)
  t.match(printed(), /^model +tiny-1$/m)
  t.match(printed(), new RegExp(`^sha256 +${sha256}$`, 'm'))
  t.match(printed(), /^layer logits +dense → 3$/m)
})

t.test('model info --json is one object a program can read', async (t) => {
  const { directory, sha256 } = writeModel(t)
  const { io, printed } = fakeIo()
  t.equal(await modelCommand(['info', directory, '--json'], io), 0)
  t.match(JSON.parse(printed()), {
    id: 'tiny-1',
    sha256,
    labels: ['neutral', 'happy', 'angry'],
    macs: Number,
  })
})

t.test('model verify says that all holds', async (t) => {
  const { directory, sha256 } = writeModel(t)
  const { io, printed } = fakeIo()
  t.equal(await modelCommand(['verify', directory], io), 0)
  t.equal(printed(), `tiny-1 ${sha256}: 2 files, 2 golden vectors hold\n`)
})

t.test('model verify refuses a flipped bit, another front end and a missing model', async (t) => {
  const { directory } = writeModel(t)
  const { io, printed } = fakeIo()
  const path = join(directory, 'weights.bin')
  const weights = readFileSync(path)
  weights[7]! ^= 1
  writeFileSync(path, weights)
  await t.rejects(modelCommand(['verify', directory], io), { code: 'MODEL_HASH', exitCode: 78 })
  const other = writeModel(t, 'ab'.repeat(32))
  await t.rejects(modelCommand(['info', other.directory], io), { code: 'MODEL_FEATURES', exitCode: 78 })
  await t.rejects(modelCommand(['info', `${directory}x`], io), { code: 'MODEL_NOT_FOUND', exitCode: 78 })
  t.equal(printed(), '')
})

t.test('model refuses what it doesn’t know and says what it takes', async (t) => {
  const { io, printed } = fakeIo()
  for (const args of [[], ['paint', 'x'], ['export', 'x']]) {
    await t.rejects(modelCommand(args, io), { code: 'USAGE_UNKNOWN_COMMAND', exitCode: 64 })
  }
  for (const args of [['info'], ['info', 'a', 'b'], ['verify', 'a', '--json'], ['info', 'a', '--wrong']]) {
    await t.rejects(modelCommand(args, io), { code: 'USAGE_ARGUMENTS', exitCode: 64 })
  }
  await t.rejects(modelCommand(['info', 'a', '--jsn'], io), { message: /did you mean --json\?$/ })
  t.equal(await modelCommand(['--help'], io), 0)
  t.match(printed(), /Usage: affectd model info/)
})

t.test('model info and verify know the gate’s detector too', async (t) => {
  const { io, printed } = fakeIo()
  t.equal(await modelCommand(['info', DEFAULT_VAD_MODEL_DIR], io), 0)
  t.match(printed(), /^labels +pause, speech$/m)
  t.equal(await modelCommand(['verify', DEFAULT_VAD_MODEL_DIR], io), 0)
})

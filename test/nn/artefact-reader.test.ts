import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import t from 'tap'

import { writeArtefact } from '../../src/nn/artefact-writer.js'
import { verifyGolden } from '../../src/nn/golden.js'
import { createNetwork } from '../../src/nn/network.js'
import { forge, readTiny, writeTiny, type Loose } from './tiny-artefact.js'
import { tinyInputs, tinyModel } from './tiny-model.js'

t.test('reader gives back what the writer wrote', (t) => {
  const directory = join(t.testdir(), 'm')
  const { sha256: written } = writeArtefact(directory, tinyModel(), tinyInputs(96))
  const { manifest, weights, golden, sha256 } = readTiny(directory)
  t.equal(sha256, written)
  t.strictSame(manifest.labels, ['neutral', 'happy', 'angry'])
  t.equal(manifest.layers.length, 6)
  t.strictSame(golden[0]!.input, tinyInputs(96)[0])
  verifyGolden(createNetwork(manifest, weights), golden)
  t.end()
})

t.test('reader gives back every field of the manifest as it is in the file', (t) => {
  const directory = writeTiny(t)
  t.strictSame(
    readTiny(directory).manifest,
    JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')),
  )
  t.end()
})

t.test('reader refuses a manifest that is not JSON', (t) => {
  const directory = writeTiny(t)
  const path = join(directory, 'manifest.json')
  for (const bytes of [
    '',
    '{',
    '[]',
    'null',
    '1e999',
    '[['.repeat(50_000),
    Buffer.from([0x22, 0xff, 0x22]),
  ]) {
    writeFileSync(path, bytes)
    t.throws(() => readTiny(directory), { code: 'MODEL_MANIFEST' })
  }
  truncateSync(path, 4 * 2 ** 20 + 1)
  t.throws(() => readTiny(directory), { code: 'MODEL_SIZE' })
  t.end()
})

t.test('reader refuses weights that are not those of the manifest', (t) => {
  const directory = writeTiny(t)
  const path = join(directory, 'weights.bin')
  const weights = readFileSync(path)
  for (let bit = 0; bit < 8 * weights.length; bit++) {
    const flipped = Buffer.from(weights)
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    writeFileSync(path, flipped)
    t.throws(() => readTiny(directory), { code: 'MODEL_HASH', message: /weights\.bin/ })
  }
  for (const length of [0, 1, weights.length - 1]) {
    writeFileSync(path, weights.subarray(0, length))
    t.throws(() => readTiny(directory), { code: 'MODEL_HASH', message: /bytes/ })
  }
  writeFileSync(path, Buffer.concat([weights, Buffer.alloc(1)]))
  t.throws(() => readTiny(directory), { code: 'MODEL_HASH' })
  truncateSync(path, 16 * 2 ** 20 + 1)
  t.throws(() => readTiny(directory), { code: 'MODEL_SIZE' })
  t.end()
})

t.test('reader refuses golden vectors that are not those of the manifest', (t) => {
  const directory = writeTiny(t)
  writeFileSync(join(directory, 'golden.json'), '{}')
  t.throws(() => readTiny(directory), { code: 'MODEL_HASH', message: /golden\.json/ })
  t.end()
})

t.test('reader says what is missing', (t) => {
  const directory = writeTiny(t)
  t.throws(() => readTiny(join(directory, 'nowhere')), { code: 'MODEL_NOT_FOUND', message: /ENOENT/ })
  t.throws(() => readTiny(join(directory, 'manifest.json')), { code: 'MODEL_NOT_FOUND', message: /ENOTDIR/ })
  rmSync(join(directory, 'weights.bin'))
  t.throws(() => readTiny(directory), { code: 'MODEL_NOT_FOUND', message: /weights\.bin/ })
  mkdirSync(join(directory, 'weights.bin'))
  t.throws(() => readTiny(directory), { code: 'MODEL_NOT_FOUND', message: /not a file/ })
  t.end()
})

t.test('reader refuses weights that the arithmetic does not allow, however well hashed', (t) => {
  const directory = writeTiny(t)
  const { layers } = readTiny(directory).manifest
  const conv = layers[0] as Loose
  forge(directory, 'weights.bin', (data) => {
    data.writeInt8(-128, conv.weights.offset + 1)
    return data
  })
  t.throws(() => readTiny(directory), { code: 'MODEL_WEIGHTS', message: /weight 1 is -128/ })
  forge(directory, 'weights.bin', (data) => {
    data.writeInt8(0, conv.weights.offset + 1)
    data.writeInt32LE(2 ** 31 - 1, conv.weights.bias_offset + 8)
    return data
  })
  t.throws(() => readTiny(directory), { code: 'MODEL_WEIGHTS', message: /channel 2/ })
  t.end()
})

t.test('reader refuses golden vectors that do not fit, however well hashed', (t) => {
  const directory = writeTiny(t)
  const input = Buffer.alloc(96).toString('base64')
  const cases = [
    '{',
    'null',
    '{}',
    '{"vectors":[]}',
    '{"vectors":[null]}',
    JSON.stringify({ vectors: [{ input, output: [1, 2] }] }),
    JSON.stringify({ vectors: [{ input, output: [1, 2, 128] }] }),
    JSON.stringify({ vectors: [{ input, output: [1, 2, 0.5] }] }),
    JSON.stringify({ vectors: [{ input: 'AA==', output: [1, 2, 3] }] }),
    JSON.stringify({ vectors: Array(65).fill({ input, output: [1, 2, 3] }) }),
  ]
  for (const text of cases) {
    forge(directory, 'golden.json', () => Buffer.from(text))
    t.throws(() => readTiny(directory), { code: 'MODEL_GOLDEN', message: /golden\.json/ }, text.slice(0, 60))
  }
  t.end()
})

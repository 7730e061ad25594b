import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import t, { type Test } from 'tap'

import { AffectdError } from '../../src/errors.js'
import { readArtefact } from '../../src/nn/artefact-reader.js'
import { writeArtefact } from '../../src/nn/artefact-writer.js'
import { verifyGolden } from '../../src/nn/golden.js'
import { createNetwork } from '../../src/nn/network.js'
import { TINY_FEATURES_HASH, tinyInputs, tinyModel } from './tiny-model.js'

/** A manifest as hostile as the test likes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Loose = any

function writeTiny(test: Test): string {
  const directory = join(test.testdir(), 'm')
  writeArtefact(directory, tinyModel(), tinyInputs(96))
  return directory
}

const read = (directory: string) => readArtefact(directory, TINY_FEATURES_HASH)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

/** Rewrites a file and the hash that the manifest holds of it: what an attacker would do. */
function forge(directory: string, name: string, change: (data: Buffer) => Buffer): void {
  const data = change(readFileSync(join(directory, name)))
  writeFileSync(join(directory, name), data)
  editManifest(directory, (manifest) => {
    manifest.files[name] = { sha256: sha256(data), bytes: data.length }
  })
}

function editManifest(directory: string, edit: (manifest: Loose) => void): void {
  const path = join(directory, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Loose
  edit(manifest)
  writeFileSync(path, JSON.stringify(manifest))
}

t.test('reader gives back what the writer wrote', (t) => {
  const directory = join(t.testdir(), 'm')
  const { sha256: written } = writeArtefact(directory, tinyModel(), tinyInputs(96))
  const { manifest, weights, golden, sha256 } = read(directory)
  t.equal(sha256, written)
  t.strictSame(manifest.labels, ['neutral', 'happy', 'angry'])
  t.equal(manifest.layers.length, 6)
  t.strictSame(golden[0]!.input, tinyInputs(96)[0])
  verifyGolden(createNetwork(manifest, weights), golden)
  t.end()
})

t.test('reader gives back every field of the manifest as it is in the file', (t) => {
  const directory = writeTiny(t)
  t.strictSame(read(directory).manifest, JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')))
  t.end()
})

const HOSTILE: [string, string, RegExp, (manifest: Loose) => void][] = [
  [
    'an unknown schema',
    'MODEL_MANIFEST',
    /schema is "affectd.model\/2"/,
    (m) => (m.schema = 'affectd.model/2'),
  ],
  ['an id that is a path', 'MODEL_MANIFEST', /id is "\.\.\/x"/, (m) => (m.id = '../x')],
  ['a date that does not exist', 'MODEL_MANIFEST', /created/, (m) => (m.created = '2026-99-99T00:00:00Z')],
  ['a missing field', 'MODEL_MANIFEST', /licence is missing/, (m) => delete m.licence],
  ['an unknown field', 'MODEL_MANIFEST', /ensemble/, (m) => (m.ensemble = [])],
  ['an unknown field of a layer', 'MODEL_MANIFEST', /layers\[0\]\.groups/, (m) => (m.layers[0].groups = 2)],
  ['an unknown operation', 'MODEL_MANIFEST', /layers\[0\]\.op is "lstm"/, (m) => (m.layers[0].op = 'lstm')],
  ['a list for an object', 'MODEL_MANIFEST', /layers\[1\] is a list/, (m) => (m.layers[1] = [])],
  ['null for a layer', 'MODEL_MANIFEST', /layers\[1\] is null/, (m) => (m.layers[1] = null)],
  ['no layers', 'MODEL_MANIFEST', /layers/, (m) => (m.layers = [])],
  ['a scale of zero', 'MODEL_MANIFEST', /scale is 0/, (m) => (m.layers[0].output.scale = 0)],
  ['a negative scale', 'MODEL_MANIFEST', /scales\[1\]/, (m) => (m.layers[0].weights.scales[1] = -0.1)],
  ['a scale as text', 'MODEL_MANIFEST', /scale is "1"/, (m) => (m.input.scale = '1')],
  ['a zero point of 128', 'MODEL_MANIFEST', /zero_point is 128/, (m) => (m.input.zero_point = 128)],
  ['half a zero point', 'MODEL_MANIFEST', /zero_point is 0.5/, (m) => (m.layers[2].output.zero_point = 0.5)],
  ['a kernel of zero', 'MODEL_MANIFEST', /kernel\[1\] is 0/, (m) => (m.layers[0].kernel = [3, 0])],
  ['a stride of three numbers', 'MODEL_MANIFEST', /stride/, (m) => (m.layers[0].stride = [1, 1, 1])],
  ['a temperature of zero', 'MODEL_MANIFEST', /temperature/, (m) => (m.calibration.temperature = 0)],
  ['a prior that does not sum to 1', 'MODEL_MANIFEST', /prior/, (m) => (m.prior = [0.5, 0.5, 0.5])],
  ['a line break in the licence', 'MODEL_MANIFEST', /licence/, (m) => (m.licence = 'a\nb')],
  [
    'a pooling that changes the quantisation',
    'MODEL_MANIFEST',
    /max/,
    (m) => (m.layers[1].output = { scale: 0.06, zero_point: -128 }),
  ],
  [
    'scales that multiply by too much',
    'MODEL_MANIFEST',
    /2\^14/,
    (m) => (m.layers[0].weights.scales[0] = 1e6),
  ],
  [
    'statistics of a scale that multiplies by too much',
    'MODEL_MANIFEST',
    /2\^14/,
    (m) => (m.layers[4].output.scale = 1e-9),
  ],
  [
    'a file outside the directory',
    'MODEL_MANIFEST',
    /\.\./,
    (m) => (m.files['../x'] = m.files['weights.bin']),
  ],
  ['an absolute file', 'MODEL_MANIFEST', /etc/, (m) => (m.files['/etc/passwd'] = m.files['weights.bin'])],
  ['a hidden file', 'MODEL_MANIFEST', /\.x/, (m) => (m.files['tfjs/.x'] = m.files['weights.bin'])],
  ['no golden vectors', 'MODEL_MANIFEST', /golden\.json is missing/, (m) => delete m.files['golden.json']],
  ['no weights', 'MODEL_SHAPE', /weights\.bin/, (m) => delete m.files['weights.bin']],
  [
    'other features',
    'MODEL_FEATURES',
    /trained on features/,
    (m) => (m.feature_params_hash = 'cd'.repeat(32)),
  ],
  ['one label', 'MODEL_LABELS', /1 labels/, (m) => (m.labels = ['neutral'])],
  ['a repeated label', 'MODEL_LABELS', /happy/, (m) => (m.labels = ['happy', 'happy', 'angry'])],
  ['a label too many', 'MODEL_LABELS', /4 labels/, (m) => m.labels.push('sad')],
  ['a share too few in the prior', 'MODEL_LABELS', /prior/, (m) => (m.prior = [0.5, 0.5])],
  ['a label with a line break', 'MODEL_MANIFEST', /labels\[0\]/, (m) => (m.labels[0] = 'a\n')],
  ['65 labels', 'MODEL_LABELS', /65/, (m) => (m.labels = Array.from({ length: 65 }, (_, i) => `l${i}`))],
  ['a wrong output shape', 'MODEL_SHAPE', /conv/, (m) => (m.layers[0].output_shape = [12, 8, 5])],
  ['a wrong input shape', 'MODEL_SHAPE', /conv/, (m) => (m.input.shape = [12, 9, 1])],
  ['two channels into weights of one', 'MODEL_SHAPE', /weights/, (m) => (m.input.shape = [12, 8, 2])],
  ['a pooling after a vector', 'MODEL_SHAPE', /cannot take/, (m) => m.layers.splice(5, 0, m.layers[1])],
  ['a pooling larger than its input', 'MODEL_SHAPE', /cannot take/, (m) => (m.layers[1].kernel = [13, 1])],
  ['a dropped layer', 'MODEL_SHAPE', /logits/, (m) => m.layers.splice(4, 1)],
  ['a scale too few', 'MODEL_SHAPE', /3 weight scales/, (m) => m.layers[0].weights.scales.pop()],
  [
    'weights past the end of the file',
    'MODEL_SHAPE',
    /up to byte/,
    (m) => (m.layers[0].weights.offset = 1e6),
  ],
  ['biases past the end', 'MODEL_SHAPE', /up to byte/, (m) => (m.layers[5].weights.bias_offset += 4)],
  ['biases out of line', 'MODEL_SHAPE', /multiple of 4/, (m) => (m.layers[0].weights.bias_offset = 2)],
  [
    'more taps than an accumulator holds',
    'MODEL_SHAPE',
    /65536/,
    (m) => {
      m.input.shape = [1, 4096, 20]
      m.labels = ['a', 'b']
      m.prior = [0.5, 0.5]
      m.layers = [{ ...m.layers[5], output_shape: [2] }]
      m.layers[0].weights = { offset: 0, shape: [2, 81920], scales: [1, 1], bias_offset: 0 }
    },
  ],
  [
    'statistics over 257 rows',
    'MODEL_SHAPE',
    /256/,
    (m) => {
      m.input.shape = [257, 1, 1]
      m.layers = [{ ...m.layers[4], output_shape: [2] }]
    },
  ],
  ['an input beyond memory', 'MODEL_SIZE', /input/, (m) => (m.input.shape = [4096, 4096, 4096])],
  [
    'a pooling that would take for ever',
    'MODEL_SIZE',
    /operations/,
    (m) => {
      m.input.shape = [2048, 2048, 1]
      const { scale, zero_point } = m.input as Loose
      const output = { scale, zero_point }
      m.layers = [
        {
          op: 'avg_pool2d',
          name: 'slow',
          kernel: [256, 256],
          stride: [1, 1],
          output,
          output_shape: [1793, 1793, 1],
        },
      ]
    },
  ],
]

for (const [what, code, message, edit] of HOSTILE) {
  t.test(`reader refuses ${what}`, (t) => {
    const directory = writeTiny(t)
    editManifest(directory, edit)
    t.throws(() => read(directory), { code, message, exitCode: 78 })
    t.end()
  })
}

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
    t.throws(() => read(directory), { code: 'MODEL_MANIFEST' })
  }
  truncateSync(path, 4 * 2 ** 20 + 1)
  t.throws(() => read(directory), { code: 'MODEL_SIZE' })
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
    t.throws(() => read(directory), { code: 'MODEL_HASH', message: /weights\.bin/ })
  }
  for (const length of [0, 1, weights.length - 1]) {
    writeFileSync(path, weights.subarray(0, length))
    t.throws(() => read(directory), { code: 'MODEL_HASH', message: /bytes/ })
  }
  writeFileSync(path, Buffer.concat([weights, Buffer.alloc(1)]))
  t.throws(() => read(directory), { code: 'MODEL_HASH' })
  truncateSync(path, 16 * 2 ** 20 + 1)
  t.throws(() => read(directory), { code: 'MODEL_SIZE' })
  t.end()
})

t.test('reader refuses golden vectors that are not those of the manifest', (t) => {
  const directory = writeTiny(t)
  writeFileSync(join(directory, 'golden.json'), '{}')
  t.throws(() => read(directory), { code: 'MODEL_HASH', message: /golden\.json/ })
  t.end()
})

t.test('reader says what is missing', (t) => {
  const directory = writeTiny(t)
  t.throws(() => read(join(directory, 'nowhere')), { code: 'MODEL_NOT_FOUND', message: /ENOENT/ })
  t.throws(() => read(join(directory, 'manifest.json')), { code: 'MODEL_NOT_FOUND', message: /ENOTDIR/ })
  rmSync(join(directory, 'weights.bin'))
  t.throws(() => read(directory), { code: 'MODEL_NOT_FOUND', message: /weights\.bin/ })
  mkdirSync(join(directory, 'weights.bin'))
  t.throws(() => read(directory), { code: 'MODEL_NOT_FOUND', message: /not a file/ })
  t.end()
})

t.test('reader refuses weights that the arithmetic does not allow, however well hashed', (t) => {
  const directory = writeTiny(t)
  const { layers } = read(directory).manifest
  const conv = layers[0] as Loose
  forge(directory, 'weights.bin', (data) => {
    data.writeInt8(-128, conv.weights.offset + 1)
    return data
  })
  t.throws(() => read(directory), { code: 'MODEL_WEIGHTS', message: /weight 1 is -128/ })
  forge(directory, 'weights.bin', (data) => {
    data.writeInt8(0, conv.weights.offset + 1)
    data.writeInt32LE(2 ** 31 - 1, conv.weights.bias_offset + 8)
    return data
  })
  t.throws(() => read(directory), { code: 'MODEL_WEIGHTS', message: /channel 2/ })
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
    t.throws(() => read(directory), { code: 'MODEL_GOLDEN', message: /golden\.json/ }, text.slice(0, 60))
  }
  t.end()
})

t.test('only an AffectdError escapes from a manifest with any values in it', (t) => {
  const directory = writeTiny(t)
  const path = join(directory, 'manifest.json')
  const original = readFileSync(path, 'utf8')
  const strange = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(0, -1, 1, 2 ** 20, 2 ** 31, 1e300, 0.5, '', 'a', null, [], {}, [[1]], true),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  fc.assert(
    fc.property(fc.nat(), strange, (position, value) => {
      const manifest = JSON.parse(original) as Loose
      const places: [Loose, string][] = []
      const walk = (node: Loose) => {
        for (const key of Object.keys(node)) {
          places.push([node, key])
          if (typeof node[key] === 'object' && node[key] !== null) walk(node[key])
        }
      }
      walk(manifest)
      const [node, key] = places[position % places.length]!
      node[key] = value
      writeFileSync(path, JSON.stringify(manifest))
      try {
        const { manifest: accepted, weights, golden } = read(directory)
        const network = createNetwork(accepted, weights)
        for (const { input } of golden) network.run(input)
      } catch (error) {
        if (!(error instanceof AffectdError) || error.exitCode !== 78) throw error
      }
    }),
    { numRuns: 400, seed: 1 },
  )
  t.end()
})

t.test('only an AffectdError escapes from a manifest with any bytes changed', (t) => {
  const directory = writeTiny(t)
  const path = join(directory, 'manifest.json')
  const original = readFileSync(path)
  fc.assert(
    fc.property(
      fc.nat(original.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      fc.nat(8),
      (at, bytes, removed) => {
        const changed = [original.subarray(0, at), bytes, original.subarray(at + removed)]
        writeFileSync(path, Buffer.concat(changed))
        try {
          read(directory)
        } catch (error) {
          if (!(error instanceof AffectdError) || error.exitCode !== 78) throw error
        }
      },
    ),
    { numRuns: 300, seed: 2 },
  )
  t.end()
})

t.test('the network of any well-hashed weights runs or is refused', (t) => {
  const directory = writeTiny(t)
  const length = readFileSync(join(directory, 'weights.bin')).length
  fc.assert(
    fc.property(fc.uint8Array({ minLength: length - 4, maxLength: length + 4 }), (bytes) => {
      forge(directory, 'weights.bin', () => Buffer.from(bytes))
      try {
        const { manifest, weights, golden } = read(directory)
        verifyGolden(createNetwork(manifest, weights), golden)
      } catch (error) {
        if (!(error instanceof AffectdError) || error.exitCode !== 78) throw error
      }
    }),
    { numRuns: 100, seed: 3 },
  )
  t.end()
})

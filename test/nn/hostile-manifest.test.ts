import t from 'tap'

import { editManifest, readTiny, writeTiny, type Loose } from './tiny-artefact.js'

/** What is wrong, the code and message that say so, and how to make it wrong. */
const HOSTILE: [string, string, RegExp, (manifest: Loose) => void][] = [
  [
    'an unknown schema',
    'MODEL_MANIFEST',
    /schema is "affectd.model\/2"/,
    (m) => (m.schema = 'affectd.model/2'),
  ],
  ['an id that is a path', 'MODEL_MANIFEST', /id is "\.\.\/x"/, (m) => (m.id = '../x')],
  ['a date that does not exist', 'MODEL_MANIFEST', /created/, (m) => (m.created = '2026-99-99T00:00:00Z')],
  ['a day that its month lacks', 'MODEL_MANIFEST', /created/, (m) => (m.created = '2026-02-30T00:00:00Z')],
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
    t.throws(() => readTiny(directory), { code, message, exitCode: 78 })
    t.end()
  })
}

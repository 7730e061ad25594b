import { createHash } from 'node:crypto'

import fc from 'fast-check'
import t from 'tap'

import { InternalError, ShapeError } from '../../src/errors.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { featureParamsHash } from '../../src/features/feature-params-hash.js'
import { frameCount } from '../../src/features/framing.js'
import { createMfccExtractor } from '../../src/features/mfcc.js'
import { MfccStream } from '../../src/features/mfcc-stream.js'
import { createModelInput } from '../../src/features/model-input.js'
import { goldenSignal, noise, sine } from './signals.js'

const sha256 = (data: Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')

t.test('frames are counted without padding', async (t) => {
  t.strictSame(
    [0, 511, 512, 831, 832, 16_000].map((n) => frameCount(n, FEATURE_PARAMS)),
    [0, 0, 1, 1, 2, 49],
  )
})

t.test('MFCCs and model input have the same bits on every machine', async (t) => {
  const signal = goldenSignal()
  const input = new Float32Array(148 * 40)
  createModelInput().modelInputInto(signal, input)
  // Little-endian float32. They change only with FeatureParams.version, and every model with them.
  t.equal(
    sha256(createMfccExtractor().extract(signal).data),
    'a71752606bffd6789be2affd66b4f106ff9653c0b2ed79e5e0acee15425c974f',
  )
  t.equal(sha256(input), 'bdf897ce2ebee9266888442df283a6b2e718a18d2fdf09c7dc01b4786942e26d')
})

t.test('stream gives the bytes of the whole signal, whatever the chunks', async () => {
  const signal = goldenSignal().subarray(0, 6000)
  const whole = createMfccExtractor().extract(signal)
  const stream = new MfccStream()
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 30 }), (chunkSizes) => {
      stream.reset()
      const rows: number[] = []
      const indices: number[] = []
      let at = 0
      for (const size of [...chunkSizes, signal.length]) {
        stream.push(signal.subarray(at, at + size), (row, index) => {
          rows.push(...row)
          indices.push(index)
        })
        at += size
      }
      return (
        indices.length === whole.frames &&
        indices.every((index, i) => index === i) &&
        rows.every((value, i) => value === whole.data[i])
      )
    }),
    { numRuns: 30 },
  )
})

t.test('a frame depends on its own samples alone', async (t) => {
  const extractor = createMfccExtractor()
  const signal = goldenSignal()
  const row = new Float32Array(40)
  extractor.frameInto(signal.slice(3200, 3712), 0, row)
  t.strictSame(row, extractor.extract(signal).data.slice(400, 440))
})

t.test('silence, DC, clipping, noise and non-finite samples give finite MFCCs', async (t) => {
  const extractor = createMfccExtractor()
  const signals: Record<string, Float32Array> = {
    silence: new Float32Array(2000),
    DC: new Float32Array(2000).fill(1),
    clipping: sine(2000, 300, 50).map((x) => Math.max(-1, Math.min(1, x))),
    noise: noise(2000, 1),
    'one quantum': noise(2000, 2 ** -15).map((x) => (x > 0 ? 2 ** -15 : 0)),
    'far beyond full scale': noise(2000, 1e30),
    NaN: new Float32Array(2000).fill(NaN),
  }
  for (const [name, signal] of Object.entries(signals)) {
    t.ok(
      extractor.extract(signal).data.every((x) => Number.isFinite(x)),
      name,
    )
  }
})

t.test('floor is absolute: what is loud elsewhere in the clip does not change a quiet frame', async (t) => {
  const quiet = noise(512, 1e-4)
  const withLoud = new Float32Array(2048)
  withLoud.set(quiet)
  withLoud.set(noise(1024, 1), 1024)
  const { data } = createMfccExtractor().extract(withLoud)
  t.strictSame(data.slice(0, 40), createMfccExtractor().extract(quiet).data)
})

t.test('extractor refuses a matrix that is too short and params that contradict each other', async (t) => {
  t.throws(() => createMfccExtractor().extractInto(new Float32Array(832), new Float32Array(79)), ShapeError)
  const broken = [
    { hopSamples: 0 },
    { hopSamples: 513 },
    { frameLengthSamples: 1024 },
    { nMfcc: 65 },
    { fMaxHz: 8001 },
    { powerFloor: 0 },
    { nFft: 600 },
  ]
  for (const change of broken) {
    t.throws(
      () => createMfccExtractor({ ...FEATURE_PARAMS, ...change }),
      InternalError,
      JSON.stringify(change),
    )
  }
})

t.test('hash of the params ignores the order of keys and notices every value', async (t) => {
  const hash = featureParamsHash(FEATURE_PARAMS)
  t.match(hash, /^[0-9a-f]{64}$/)
  t.equal(featureParamsHash(Object.fromEntries(Object.entries(FEATURE_PARAMS).reverse())), hash)
  t.equal(featureParamsHash(JSON.parse(JSON.stringify(FEATURE_PARAMS)) as Record<string, unknown>), hash)
  for (const key of Object.keys(FEATURE_PARAMS)) {
    t.not(featureParamsHash({ ...FEATURE_PARAMS, [key]: 'other' }), hash, key)
  }
})

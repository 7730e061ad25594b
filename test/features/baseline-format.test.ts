import fc from 'fast-check'
import t from 'tap'
import { AffectdError } from '../../src/errors.js'
import { encodeBaseline, parseBaseline } from '../../src/features/baseline-format.js'
import { createFeatureStatistics, type FeatureStatistics } from '../../src/features/feature-statistics.js'

const WIDTH = 4
const IDENTITY = { featureParamsHash: 'ab12', nCoefficients: WIDTH }

const someStatistics: fc.Arbitrary<FeatureStatistics> = fc.record({
  frames: fc.integer({ min: 1, max: 2 ** 24 }),
  mean: fc.float32Array({ minLength: WIDTH, maxLength: WIDTH, min: -1000, max: 1000, noNaN: true }),
  variance: fc.float32Array({ minLength: WIDTH, maxLength: WIDTH, min: 0, max: 1e6, noNaN: true }),
})

function valid(): Record<string, unknown> {
  const statistics = createFeatureStatistics(WIDTH)
  statistics.frames = 150
  statistics.mean.set([-12.5, 3, 0, 1])
  statistics.variance.fill(2)
  return JSON.parse(encodeBaseline(statistics, IDENTITY)) as Record<string, unknown>
}

const parse = (text: string): FeatureStatistics => parseBaseline(Buffer.from(text), IDENTITY)

t.test('a baseline is read back bit for bit', async () => {
  fc.assert(
    fc.property(someStatistics, (statistics) => {
      const read = parse(encodeBaseline(statistics, IDENTITY))
      // JSON has no −0.
      const isSame = (a: Float32Array, b: Float32Array): boolean => a.every((x, c) => x + 0 === b[c]! + 0)
      return (
        read.frames === statistics.frames &&
        isSame(read.mean, statistics.mean) &&
        isSame(read.variance, statistics.variance)
      )
    }),
  )
})

t.test('contract: the file, byte for byte', async (t) => {
  t.equal(
    `${JSON.stringify(valid())}\n`,
    '{"schema":"affectd.baseline/1","feature_params_hash":"ab12","frames":150,"mean":[-12.5,3,0,1],"variance":[2,2,2,2]}\n',
  )
})

t.test('what is damaged, of another version or impossible is refused', async (t) => {
  const changed = (field: string, text: string): string =>
    JSON.stringify({ ...valid(), [field]: '@' }).replace('"@"', text)
  for (const [field, text] of [
    ['schema', '"affectd.baseline/2"'],
    ['feature_params_hash', '"ab13"'],
    ['frames', '0'],
    ['frames', '-1'],
    ['frames', '1.5'],
    ['frames', '16777217'],
    ['frames', '"150"'],
    ['mean', '[1,2,3]'],
    ['mean', '[1,2,3,4,5]'],
    ['mean', '[1,2,3,null]'],
    ['mean', '[1,2,3,1e999]'],
    ['mean', '[1,2,3,-1001]'],
    ['mean', '{"length":4}'],
    ['variance', '[1,2,3,-0.001]'],
    ['variance', '[1,2,3,1e30]'],
    ['variance', '[1,2,3,"4"]'],
    ['more', '1'],
  ] as const) {
    t.throws(() => parse(changed(field, text)), { code: 'BASELINE_REFUSED' }, `${field} ${text}`)
  }
  for (const text of ['', 'NaN', 'null', '[]', '7', '{}', '{"mean":', JSON.stringify(valid()).slice(0, -9)]) {
    t.throws(() => parse(text), { code: 'BASELINE_REFUSED' }, text)
  }
  for (const field of Object.keys(valid())) {
    t.throws(() => parse(JSON.stringify({ ...valid(), [field]: undefined })), { code: 'BASELINE_REFUSED' })
  }
})

t.test('whatever the file holds, it is read as finite statistics or refused', async () => {
  const isSafe = (bytes: Uint8Array): boolean => {
    try {
      const { frames, mean, variance } = parseBaseline(bytes, IDENTITY)
      return (
        frames >= 1 &&
        [...mean, ...variance].every((x) => Number.isFinite(x)) &&
        variance.every((v) => v >= 0)
      )
    } catch (error) {
      return error instanceof AffectdError
    }
  }
  const bytes = Buffer.from(JSON.stringify(valid()))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), isSafe))
  fc.assert(fc.property(fc.json(), (text) => isSafe(Buffer.from(text))))
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(valid())), fc.jsonValue()), (fields) =>
      isSafe(Buffer.from(JSON.stringify({ ...valid(), ...fields }))),
    ),
  )
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const damaged = Buffer.from(bytes)
      damaged[at] = value
      return isSafe(damaged)
    }),
  )
})

import fc from 'fast-check'
import t from 'tap'
import { encodeFatigue, parseFatigue, type KeptFatigue } from '../../../src/affect/fatigue/fatigue-format.js'
import { CUE_SPECS, FATIGUE_CUES, type FatigueBlock } from '../../../src/affect/fatigue/fatigue-cues.js'
import { AffectdError } from '../../../src/errors.js'
import { block, sessions } from './blocks.js'

const parse = (text: string): KeptFatigue => parseFatigue(Buffer.from(text), 'default')

const someBlock: fc.Arbitrary<FatigueBlock> = fc.record({
  atMs: fc.nat(8.64e15),
  sessionMs: fc.nat(8.64e15),
  speechMs: fc.integer({ min: 1, max: 86_400_000 }),
  timeOfDay: fc.nat(3),
  quietness: fc.nat(2),
  values: fc.tuple(
    ...FATIGUE_CUES.map((cue) =>
      fc.double({ min: CUE_SPECS[cue].range[0], max: CUE_SPECS[cue].range[1], noNaN: true }),
    ),
  ),
})

function valid(): Record<string, unknown> {
  return JSON.parse(encodeFatigue({ blocks: sessions(), pending: [block()] }, 'default')) as Record<
    string,
    unknown
  >
}

t.test('a baseline is read back as it was, cues to four decimals', async () => {
  const list = fc.array(someBlock, { maxLength: 5 })
  fc.assert(
    fc.property(list, list, (blocks, pending) => {
      const read = parse(encodeFatigue({ blocks, pending }, 'default'))
      return [blocks, pending].every((was, l) =>
        was.every((one, n) => {
          const now = (l === 0 ? read.blocks : read.pending)[n]
          return (
            now.atMs === one.atMs &&
            now.sessionMs === one.sessionMs &&
            now.speechMs === one.speechMs &&
            now.timeOfDay === one.timeOfDay &&
            now.quietness === one.quietness &&
            now.values.every((value, c) => Math.abs(value - one.values[c]) <= 5.001e-5)
          )
        }),
      )
    }),
  )
})

t.test('contract: the file, byte for byte', async (t) => {
  t.equal(
    encodeFatigue({ blocks: [], pending: [block({ f0_median: 88.123456 })] }, 'anna'),
    '{"schema":"affectd.fatigue/1","profile":"anna","columns":["at_ms","session_ms","speech_ms","time_of_day","quietness",' +
      '"syllable_rate","articulation_rate","pause_ratio","pause_length","f0_median","f0_spread","energy_spread","spectral_tilt","modulation"],' +
      '"blocks":[],"pending":[[1795262400000,1795262400000,60000,2,2,4,5,0.2,0.7,88.1235,4,10,-14,0.4]]}\n',
  )
})

t.test('what is damaged, of another version, another profile or impossible is refused', async (t) => {
  const row = (at: number, value: unknown): unknown => {
    const [first] = valid()['pending'] as unknown[][]
    return [first.map((x, n) => (n === at ? value : x))]
  }
  for (const [field, value] of [
    ['schema', 'affectd.fatigue/2'],
    ['profile', 'other'],
    ['columns', []],
    ['columns', [...(valid()['columns'] as string[]).slice(1), 'at_ms']],
    ['more', 1],
    ['blocks', {}],
    ['blocks', Array.from({ length: 577 }, () => (row(0, 1) as unknown[])[0])],
    ['pending', [[]]],
    ['pending', [null]],
    ['pending', row(0, -1)],
    ['pending', row(1, 1.5)],
    ['pending', row(2, 0)],
    ['pending', row(3, 4)],
    ['pending', row(4, '2')],
    ['pending', row(5, null)],
    ['pending', row(7, 1.1)],
    ['pending', row(13, -0.1)],
  ] as const) {
    const text = JSON.stringify({ ...valid(), [field]: value })
    t.throws(
      () => parse(text),
      { code: 'BASELINE_REFUSED' },
      `${field} ${JSON.stringify(value).slice(0, 60)}`,
    )
  }
  for (const text of ['', 'NaN', 'null', '[]', '7', '{}', JSON.stringify(valid()).slice(0, -9)]) {
    t.throws(() => parse(text), { code: 'BASELINE_REFUSED' }, text.slice(0, 40))
  }
})

t.test('whatever the file holds, it is read as possible blocks or refused', async () => {
  const isSafe = (bytes: Uint8Array): boolean => {
    try {
      const { blocks, pending } = parseFatigue(bytes, 'default')
      return [...blocks, ...pending].every(
        ({ values, speechMs }) => speechMs > 0 && values.every(Number.isFinite),
      )
    } catch (error) {
      return error instanceof AffectdError
    }
  }
  const bytes = Buffer.from(JSON.stringify({ ...valid(), blocks: [] }))
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

import { inspect } from 'node:util'
import t from 'tap'
import { createRandom } from '../../training/src/random.js'
import { LeakScanner } from './leak-scanner.js'

const random = createRandom(71)
const samples = Int16Array.from({ length: 4000 }, () => Math.round(40_000 * (random.next() - 0.5)))
const rows = Array.from({ length: 20 }, () =>
  Float32Array.from({ length: 40 }, () => 9 * (random.next() - 0.5)),
)
const scanner = new LeakScanner({ samples, rows })

const SIX = samples.slice(1000, 1006)
const fractions = Float32Array.from(SIX, (sample) => sample / 32_768)
const s16le = Buffer.from(SIX.buffer)
const row = (rows[7] as Float32Array).slice(10, 16)

function kinds(bytes: Buffer | string): string[] {
  return scanner.scan(Buffer.from(bytes)).map(({ encoding }) => encoding)
}

const around = (middle: Buffer): Buffer => Buffer.concat([Buffer.from('log: '), middle, Buffer.from(' end')])
const base64 = (shift: number): string =>
  Buffer.concat([Buffer.alloc(shift, 7), s16le, Buffer.alloc(4, 9)]).toString('base64')

const ENCODINGS: readonly (readonly [name: string, bytes: Buffer | string, found: string])[] = [
  ['s16le', around(s16le), 's16le'],
  ['s16be', around(Buffer.from(s16le).swap16()), 's16be'],
  ['float32', around(Buffer.from(fractions.buffer)), 'float32le'],
  ['float64', around(Buffer.from(Float64Array.from(fractions).buffer)), 'float64le'],
  ['a list', `x ${SIX.join(' ')} y`, 'integers in text'],
  ['JSON of integers', JSON.stringify({ a: [...SIX] }), 'integers in text'],
  ['JSON of a typed array', JSON.stringify({ a: SIX }), 'integers in text'],
  ['JSON of fractions', JSON.stringify([...fractions]), 'fractions in text'],
  ['JSON of a float array', JSON.stringify(fractions), 'fractions in text'],
  ['three digits', [...fractions].map((x) => x.toFixed(3)).join(), 'fractions in text'],
  ['what inspect prints', inspect(fractions), 'fractions in text'],
  ['a column', [...fractions].map((x) => x.toFixed(5)).join('\n'), 'fractions in text'],
  ['hex', `frame=${s16le.toString('hex')};`, 'hex › s16le'],
  ['hex off by a digit', `0${s16le.toString('hex')}`, 'hex › s16le'],
  ['what inspect prints of bytes', inspect(s16le), 'hex › s16le'],
  ['JSON of bytes', JSON.stringify(s16le), 'bytes in text › s16le'],
  ['base64', base64(0), 'base64 › s16le'],
  ['base64, one byte on', base64(1), 'base64 › s16le'],
  ['base64, two bytes on', base64(2), 'base64 › s16le'],
  ['base64 of floats', Buffer.from(fractions.buffer).toString('base64'), 'base64 › float32le'],
  ['features', around(Buffer.from(row.buffer)), 'features float32le'],
  ['features in float64', around(Buffer.from(Float64Array.from(row).buffer)), 'features float64le'],
  ['features in text', JSON.stringify([...row]), 'features in text'],
  ['features, three digits', [...row].map((x) => x.toFixed(3)).join(' '), 'features in text'],
]

t.test('planted samples and features are found however they are written', async (t) => {
  for (const [name, bytes, found] of ENCODINGS) t.ok(kinds(bytes).includes(found), `${name}: ${kinds(bytes)}`)
})

t.test('five samples, samples in another order, silence and other data are no leak', async (t) => {
  t.same(kinds(s16le.subarray(0, 10)), [])
  t.same(kinds(JSON.stringify([...SIX].reverse())), [])
  t.same(kinds(Buffer.alloc(1000)), [])
  const noise = Buffer.from(Uint8Array.from({ length: 50_000 }, () => 256 * random.next()))
  t.same(kinds(noise), [])
  const numbers = Array.from({ length: 3000 }, () => random.next() - 0.5)
  t.same(kinds(numbers.map((x) => x.toFixed(3)).join()), [])
  t.same(kinds(numbers.map((x) => Math.round(x * 65_536)).join()), [])
})

t.test('where a leak lies is said', async (t) => {
  t.match(scanner.scan(around(s16le)), [{ encoding: 's16le', at: 5 }])
})

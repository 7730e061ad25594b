import fc from 'fast-check'
import t from 'tap'
import { AffectdError } from '../../src/errors.js'
import { parseCsv } from '../../training/src/corpora/csv.js'

const cellsOf = (text: string): (readonly string[])[] => parseCsv(text, 'x.csv').map(({ cells }) => cells)

t.test('cells may be quoted, with commas, line breaks and doubled quotes in them', async (t) => {
  t.same(cellsOf('a,"b, c","say ""no"""\r\n"two\nlines",,\n'), [
    ['a', 'b, c', 'say "no"'],
    ['two\nlines', '', ''],
  ])
})

t.test('line ends may be of any kind, the last may be missing, and empty lines are none', async (t) => {
  t.same(cellsOf('\ufeffa,b\rc,d\r\n\ne,f'), [
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
  ])
  t.same(cellsOf(''), [])
  t.same(cellsOf('""\n'), [['']], 'an empty quoted cell is a cell')
  t.same(cellsOf('a,'), [['a', '']])
})

t.test('a row knows the line that it starts on', async (t) => {
  t.same(
    parseCsv('a\r\n"b\nc"\n\nd\n', 'x.csv').map(({ line }) => line),
    [1, 2, 5],
  )
})

t.test('a stray quote is refused with its file and line', async (t) => {
  for (const text of ['a,b\nc,d"e\n', 'a,b\n"c"d\n', 'a,b\n"c,d\n']) {
    t.throws(() => parseCsv(text, 'x.csv'), { code: 'CORPUS_CSV', message: /x\.csv, line 2/ }, text)
  }
})

t.test('what is written after RFC 4180 is read back', async () => {
  const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 })), (rows) => {
      const text = rows.map((row) => row.map(quote).join(',')).join('\r\n')
      const read = cellsOf(text)
      return JSON.stringify(read) === JSON.stringify(rows)
    }),
  )
})

t.test('whatever the text, only an AffectdError escapes', async () => {
  const shred = fc
    .array(fc.constantFrom('"', ',', '\n', '\r', 'a', '\ufeff', ' ', '\0'))
    .map((s) => s.join(''))
  fc.assert(
    fc.property(fc.oneof(shred, fc.string({ unit: 'binary' })), (text) => {
      try {
        return parseCsv(text, 'x.csv').every(({ cells, line }) => cells.length > 0 && line > 0)
      } catch (error) {
        return error instanceof AffectdError
      }
    }),
    { numRuns: 2000 },
  )
})

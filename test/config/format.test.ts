import t from 'tap'
import { trueOrFalse } from '../../src/config/format.js'

t.test('true and false are taken as such in a file, and as their words elsewhere', async (t) => {
  const format = trueOrFalse()
  t.ok(format.accepts(true) && format.accepts(false))
  for (const value of ['true', 1, 0, null, undefined]) t.notOk(format.accepts(value), String(value))
  t.equal(format.parse('true'), true)
  t.equal(format.parse('false'), false)
  for (const text of ['', 'TRUE', 'yes', '1', '0', ' true']) t.equal(format.parse(text), undefined, text)
})

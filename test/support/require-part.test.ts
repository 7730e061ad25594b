import t from 'tap'
import { findProgram, skipUnlessPart } from './require-part.js'

t.test('a missing part is skipped by name, and is a failure where all is required', (t) => {
  const before = process.env['REQUIRE_ALL']
  t.teardown(() => {
    if (before === undefined) delete process.env['REQUIRE_ALL']
    else process.env['REQUIRE_ALL'] = before
  })
  delete process.env['REQUIRE_ALL']
  t.same(skipUnlessPart('a thing', true), { skip: false })
  const said = t.capture(console, 'error')
  t.match(skipUnlessPart('a thing', false), { skip: /a thing/ })
  t.match(said.args(), [[/SKIPPED: a thing/]])
  process.env['REQUIRE_ALL'] = '1'
  t.same(skipUnlessPart('a thing', true), { skip: false })
  t.throws(() => skipUnlessPart('a thing', false), /a thing is missing and REQUIRE_ALL=1/)
  t.end()
})

t.test('programs are found where they are', (t) => {
  t.match(findProgram('sh'), /\/sh$/)
  t.equal(findProgram('no-such-program-anywhere'), undefined)
  t.end()
})

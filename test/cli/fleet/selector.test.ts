import fc from 'fast-check'
import t from 'tap'
import { matchesGlob } from '../../../src/cli/fleet/glob.js'
import {
  isEmptySelector,
  parseSelector,
  refuseEmptySelector,
  selects,
} from '../../../src/cli/fleet/selector.js'

const select = (words: readonly string[], options = {}): ReturnType<typeof parseSelector> =>
  parseSelector('fleet ls', words, options)

t.test('devices are selected by id, pattern, group, or all of them', (t) => {
  const selector = select(['bus-1', 'tram-*', 'metro-?'], { group: ['city'] })
  t.same(selector, { isAll: false, ids: ['bus-1'], patterns: ['tram-*', 'metro-?'], groups: ['city'] })
  t.ok(selects(selector, 'bus-1', null))
  t.notOk(selects(selector, 'bus-12', null), 'an id is no prefix')
  t.ok(selects(selector, 'tram-', null))
  t.ok(selects(selector, 'metro-7', null))
  t.notOk(selects(selector, 'metro-77', null))
  t.ok(selects(selector, 'car-1', 'city'))
  t.notOk(selects(selector, 'car-1', 'suburb'))
  t.ok(selects(select([], { all: true }), 'anything', null))
  t.same(select(['a', 'a']).ids, ['a'])
  t.end()
})

t.test('a selection that cannot be meant is refused', (t) => {
  for (const [words, options] of [
    [['a/b'], {}],
    [['a+'], {}],
    [['x'.repeat(65)], {}],
    [['ü'], {}],
    [[''], {}],
    [['a'], { all: true }],
    [[], { all: true, group: ['g'] }],
    [[], { group: ['a/b'] }],
    [[], { group: ['*'] }],
  ] as const) {
    t.throws(() => select(words, options), { code: 'USAGE_ARGUMENTS', exitCode: 64 }, String(words))
  }
  t.ok(isEmptySelector(select([])))
  t.throws(() => refuseEmptySelector('fleet set', select([])), { code: 'USAGE_ARGUMENTS' })
  t.doesNotThrow(() => refuseEmptySelector('fleet set', select(['a'])))
  t.end()
})

t.test('a pattern matches as the same regular expression does, however many stars it has', (t) => {
  const letters = (of: string): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...of), { maxLength: 10 }).map((chars) => chars.join(''))
  fc.assert(
    fc.property(letters('ab'), letters('ab*?'), (text, pattern) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
      return matchesGlob(text, pattern) === expression.test(text)
    }),
    { numRuns: 2000 },
  )
  t.notOk(matchesGlob('a'.repeat(64), `${'*a'.repeat(31)}*b`))
  t.end()
})

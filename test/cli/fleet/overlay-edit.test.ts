import fc from 'fast-check'
import t from 'tap'
import { layOver, leavesOf, treeOf, withoutKey } from '../../../src/cli/fleet/overlay-edit.js'
import type { JsonObject } from '../../../src/hostile-json.js'

t.test('a change keeps what it does not name, and null stays', (t) => {
  const overlay = { affect: { min_confidence: 0.5, min_snr_db: 3 }, log: { level: 'info' } }
  t.same(layOver(overlay, { affect: { min_confidence: null }, health: { interval_s: 5 } }), {
    affect: { min_confidence: null, min_snr_db: 3 },
    log: { level: 'info' },
    health: { interval_s: 5 },
  })
  t.same(layOver({ affect: null }, treeOf('affect.adaptation.mode', 'off')), {
    affect: { adaptation: { mode: 'off' } },
  })
  t.same(overlay.affect.min_confidence, 0.5, 'what it was laid over is as it was')
  t.end()
})

t.test('a key that is taken out leaves no empty group behind', (t) => {
  const overlay = { affect: { adaptation: { mode: 'off' }, min_confidence: 1 }, log: { level: 'info' } }
  t.same(withoutKey(overlay, 'affect.adaptation.mode'), {
    affect: { min_confidence: 1 },
    log: { level: 'info' },
  })
  t.same(withoutKey(overlay, 'affect'), { log: { level: 'info' } })
  t.same(withoutKey(overlay, 'log.level'), { affect: overlay.affect })
  for (const absent of ['x', 'log.x', 'log.level.x', 'affect.x.y'])
    t.same(withoutKey(overlay, absent), overlay)
  t.end()
})

t.test('no name from outside is more than a name', (t) => {
  const hostile = JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  ) as JsonObject
  for (const merged of [layOver({}, hostile), layOver(hostile, hostile), withoutKey(hostile, 'x')]) {
    t.equal(JSON.stringify(merged), JSON.stringify(hostile))
    t.equal(Object.getPrototypeOf(merged), Object.prototype)
  }
  t.equal(
    JSON.stringify(withoutKey(hostile, '__proto__.polluted')),
    '{"constructor":{"prototype":{"polluted":1}}}',
  )
  t.equal(JSON.stringify(treeOf('__proto__.polluted', 1)), '{"__proto__":{"polluted":1}}')
  t.same(
    leavesOf(hostile).map(([key]) => key),
    ['__proto__.polluted', 'constructor.prototype.polluted'],
  )
  t.equal(({} as Record<string, unknown>)['polluted'], undefined)
  t.end()
})

t.test(
  'whatever is changed: the change is in it, the same change again is none, and taken out it is gone',
  (t) => {
    const name = fc.constantFrom('a', 'b', '__proto__', 'constructor')
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.dictionary(
        name,
        fc.oneof({ maxDepth: 3, depthSize: 'small' }, fc.integer(), fc.constant(null), tie('tree')),
      ),
    }))
    fc.assert(
      fc.property(tree, tree, (before, change) => {
        const after = layOver(before as JsonObject, change as JsonObject)
        const leaves = new Map(leavesOf(after))
        const gone = leavesOf(change as JsonObject).reduce((left, [key]) => withoutKey(left, key), after)
        const left = new Map(leavesOf(gone))
        return (
          leavesOf(change as JsonObject).every(
            ([key, value]) => leaves.get(key) === value && !left.has(key),
          ) && JSON.stringify(layOver(after, change as JsonObject)) === JSON.stringify(after)
        )
      }),
    )
    t.end()
  },
)

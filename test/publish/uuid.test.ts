import { randomFillSync } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { createUuidV7 } from '../../src/publish/uuid.js'

t.test('the example of RFC 9562, appendix A.6', (t) => {
  // 017F22E2-79B0-7CC3-98C4-DC0C0C07398F: the counter's seed keeps 11 of the 12 bits of rand_a, so 0x4C3 stands for 0xCC3.
  const next = createUuidV7(
    () => 1_645_557_742_000,
    (bytes) => bytes.set(Buffer.from('0000000000000cc318c4dc0c0c07398f', 'hex')),
  )
  t.equal(next(), '017f22e2-79b0-74c3-98c4-dc0c0c07398f')
  t.end()
})

t.test('ids rise strictly, whatever the clock does', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 200 }), (steps) => {
      let now = 1_800_000_000_000
      const next = createUuidV7(
        () => now,
        (bytes) => randomFillSync(bytes),
      )
      let before = next()
      return steps.every((step) => {
        now += step
        const id = next()
        const isRising = id > before
        before = id
        return isRising && /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)
      })
    }),
  )
  t.end()
})

t.test('more ids in a millisecond than the counter holds still rise', (t) => {
  const next = createUuidV7(
    () => 1_800_000_000_000,
    (bytes) => bytes.fill(0xff),
  )
  const ids = Array.from({ length: 10_000 }, next)
  t.ok(ids.every((id, i) => i === 0 || id > (ids[i - 1] as string)))
  t.end()
})

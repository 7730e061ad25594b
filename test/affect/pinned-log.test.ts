import fc from 'fast-check'
import t from 'tap'
import { pinnedLog } from '../../src/affect/pinned-log.js'

t.test('the logarithm is that of the platform within 1e-15', async (t) => {
  t.equal(pinnedLog(1), 0)
  const positive = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true })
  fc.assert(
    fc.property(
      positive,
      (x) => Math.abs(pinnedLog(x) - Math.log(x)) <= 1e-15 * Math.max(1, Math.abs(Math.log(x))),
    ),
  )
})

import fc from 'fast-check'
import t from 'tap'
import { parseProcPcms } from '../../../src/capture/devices/proc-pcms.js'
import { PCMS } from './sample-machine.js'

t.test('a device captures if it says so', async (t) => {
  t.same(parseProcPcms(PCMS), [
    { cardIndex: 0, deviceIndex: 0, name: 'bcm2835 Headphones', canCapture: false },
    { cardIndex: 1, deviceIndex: 0, name: 'USB Audio', canCapture: true },
    { cardIndex: 2, deviceIndex: 0, name: 'USB Audio', canCapture: true },
  ])
  t.match(parseProcPcms('00-03: HDMI 0 : : capture 0\n'), [{ deviceIndex: 3, canCapture: false }])
})

t.test('any text gives devices, each once', async () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(fc.nat(200), fc.nat(200), fc.string()).map(([c, d, rest]) => `${c}-${d}: ${rest}`),
  )
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const pcms = parseProcPcms(lines.join('\n'))
      const keys = pcms.map(({ cardIndex, deviceIndex }) => `${cardIndex},${deviceIndex}`)
      return new Set(keys).size === keys.length
    }),
  )
})

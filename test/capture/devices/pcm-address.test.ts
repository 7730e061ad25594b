import fc from 'fast-check'
import t from 'tap'
import { parsePcmAddress, pcmName } from '../../../src/capture/devices/pcm-address.js'

t.test('hw and plughw names say card and device', async (t) => {
  const cases: [string, ReturnType<typeof parsePcmAddress>][] = [
    ['hw:1', { card: 1, deviceIndex: 0 }],
    ['plughw:1,2', { card: 1, deviceIndex: 2 }],
    ['hw:Device', { card: 'Device', deviceIndex: 0 }],
    ['plughw:CARD=Device_1,DEV=3', { card: 'Device_1', deviceIndex: 3 }],
    ['dsnoop:CARD=Device', null],
    ['hw:', null],
    ['hw:a b', null],
    ['xhw:1', null],
    ['hw:1,x', null],
  ]
  for (const [name, expected] of cases) t.same(parsePcmAddress(name), expected, name)
})

t.test('the name that is listed reads back as what it names', async () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z][\w-]{0,14}$/), fc.nat(99), (id, device) => {
      const address = parsePcmAddress(pcmName(id, device))
      return address?.card === id && address.deviceIndex === device
    }),
  )
})

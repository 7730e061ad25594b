import fc from 'fast-check'
import t from 'tap'
import { isListedDevice, resolveDevice } from '../../../src/capture/devices/resolve-device.js'
import { withDefault } from '../../../src/capture/devices/list-devices.js'
import { AffectdError } from '../../../src/errors.js'
import { configuredSample, sampleDevice } from './sample-machine.js'

const FIRST = sampleDevice({ portaudioName: 'USB PnP Sound Device: Audio (hw:1,0)' })
const SECOND = sampleDevice({
  name: 'plughw:CARD=Device_1,DEV=0',
  cardId: 'Device_1',
  cardIndex: 2,
  usbPath: 'usb-0000:01:00.0-1.2',
})
const TESTMIC = configuredSample('testmic', { description: 'test mic' })
const DEVICES = [FIRST, SECOND, TESTMIC]
const named = (wanted: string) => resolveDevice(wanted, DEVICES).name

t.test('a device is found by any of its names', async (t) => {
  const cases: [string, { readonly name: string }][] = [
    ['plughw:CARD=Device,DEV=0', FIRST],
    ['usb-0000:01:00.0-1.4', FIRST],
    ['usb-1.2', SECOND],
    ['USB PnP Sound Device: Audio (hw:1,0)', FIRST],
    ['hw:1,0', FIRST],
    ['plughw:2', SECOND],
    ['hw:CARD=Device_1', SECOND],
    ['TESTMIC', TESTMIC],
    ['test mic', TESTMIC],
    ['tmi', TESTMIC],
    ['device_1', SECOND],
  ]
  for (const [wanted, { name }] of cases) t.equal(named(wanted), name, wanted)
})

t.test('exact beats a part: a card whose id begins another is found', async (t) => {
  t.equal(named('Device'), FIRST.name)
})

t.test('a part that fits several devices is refused with those', async (t) => {
  t.throws(() => named('usb pnp'), {
    code: 'CAPTURE_AMBIGUOUS_DEVICE',
    exitCode: 78,
    message:
      "'usb pnp' could be any of 2 devices; choose one of: plughw:CARD=Device,DEV=0 (USB PnP Sound Device, USB Audio, usb-0000:01:00.0-1.4); plughw:CARD=Device_1,DEV=0 (USB PnP Sound Device, USB Audio, usb-0000:01:00.0-1.2)",
  })
})

t.test('one port on two controllers is refused, the whole path is not', async (t) => {
  const twin = { ...SECOND, usbPath: 'usb-xhci-hcd.1-1.4' }
  t.throws(() => resolveDevice('usb-1.4', [FIRST, twin]), { code: 'CAPTURE_AMBIGUOUS_DEVICE' })
  t.equal(resolveDevice('usb-xhci-hcd.1-1.4', [FIRST, twin]), twin)
})

t.test('a name that nothing has is refused with all there is', async (t) => {
  t.throws(() => named('hw:7,0'), {
    code: 'CAPTURE_NO_DEVICE',
    exitCode: 78,
    message: /no capture device 'hw:7,0'; choose one of: plughw:CARD=Device,DEV=0 .*; testmic \(test mic\)$/,
  })
  t.throws(() => resolveDevice('x', []), { code: 'CAPTURE_NO_DEVICE', message: /see `affectd devices`/ })
  const many = Array.from({ length: 20 }, (_, i) => configuredSample(`mic${i}`))
  t.throws(() => resolveDevice('x', many), { message: /mic11; 8 more$/ })
})

t.test('no name, or default, is the default device', async (t) => {
  const withOne = withDefault([...DEVICES, configuredSample('default')])
  for (const wanted of ['', 'default']) {
    t.equal(resolveDevice(wanted, withOne).name, 'default')
    t.throws(() => named(wanted), {
      code: 'CAPTURE_AMBIGUOUS_DEVICE',
      message: /none of them is the default/,
    })
    t.throws(() => resolveDevice(wanted, []), { code: 'CAPTURE_NO_DEVICE' })
    t.equal(resolveDevice(wanted, [TESTMIC]), TESTMIC)
  }
})

t.test('a name that could run a command is refused before it is looked for', async (t) => {
  const evil = configuredSample("{type file file '|sh'}")
  t.throws(() => resolveDevice(evil.name, [evil]), { code: 'CAPTURE_BAD_DEVICE' })
})

t.test('only a name that is listed, to the letter, may come from afar', async (t) => {
  t.ok(isListedDevice('plughw:CARD=Device,DEV=0', DEVICES))
  for (const name of ['', 'default', 'Device', 'hw:1,0', 'usb-1.4', 'TESTMIC', 'testmic ']) {
    t.notOk(isListedDevice(name, DEVICES), name)
  }
})

t.test('any name finds a device or is refused', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (wanted) => {
      try {
        return DEVICES.includes(resolveDevice(wanted, DEVICES))
      } catch (error) {
        return error instanceof AffectdError && error.exitCode === 78
      }
    }),
  )
})

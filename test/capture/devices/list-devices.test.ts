import t from 'tap'
import { listDevices, noDevices, withDefault } from '../../../src/capture/devices/list-devices.js'
import type { PortaudioDevice } from '../../../src/capture/portaudio-devices.js'
import { CaptureError, InternalError } from '../../../src/errors.js'
import { configuredSample, sampleDevice, sampleMachine } from './sample-machine.js'

const PORTAUDIO: readonly PortaudioDevice[] = [
  { id: 3, name: 'USB: Audio (hw:1,0)', hostApi: 'ALSA', maxInputChannels: 1, defaultSampleRateHz: 44_100 },
]
const listPortaudio = () => Promise.resolve(PORTAUDIO)
const noPortaudio = () =>
  Promise.reject(new CaptureError('CAPTURE_NO_PORTAUDIO', 'naudiodon is not installed'))

t.test('a Pi with two microphones of one kind tells them apart', async (t) => {
  const { devices, gaps } = await listDevices(undefined, { access: sampleMachine(t), listPortaudio })
  t.same(gaps, [])
  t.same(
    devices.map(({ name, backends, usbPath }) => [name, backends.join('+'), usbPath]),
    [
      ['plughw:CARD=Device,DEV=0', 'alsa+portaudio', 'usb-0000:01:00.0-1.4'],
      ['plughw:CARD=Device_1,DEV=0', 'alsa', null],
      ['pulse', 'alsa', null],
      ['testmic', 'alsa', null],
    ],
  )
})

t.test('a backend that is missing is said and the other goes on', async (t) => {
  const one = await listDevices(undefined, { access: sampleMachine(t), listPortaudio: noPortaudio })
  t.match(one, { gaps: [{ kind: 'no_portaudio', text: 'naudiodon is not installed' }] })
  t.equal(one.devices.length, 4)
  const access = sampleMachine(t, { arecord: null })
  const other = await listDevices(undefined, { access, listPortaudio })
  t.match(other, { gaps: [{ kind: 'no_arecord' }], devices: [{ backends: ['portaudio'] }] })
  t.equal(other.devices.length, 1, 'a card that neither can open is not there')
  t.same((await listDevices(undefined, { access, listPortaudio: noPortaudio })).devices, [])
})

t.test('PortAudio that is there and fails is not taken for one that is missing', async (t) => {
  const failing = () => Promise.reject(new CaptureError('CAPTURE_PORTAUDIO_FAILED', 'it hangs'))
  const { gaps } = await listDevices(undefined, { access: sampleMachine(t), listPortaudio: failing })
  t.match(gaps, [{ kind: 'portaudio_failed', text: 'it hangs' }])
})

t.test('our own bugs are not taken for a missing backend', async (t) => {
  const access = sampleMachine(t)
  const buggy = () => Promise.reject(new InternalError('INTERNAL_UNEXPECTED', 'oops'))
  await t.rejects(listDevices(undefined, { access, listPortaudio: buggy }), { code: 'INTERNAL_UNEXPECTED' })
})

t.test('the default is what ALSA takes, or the only one there is', async (t) => {
  const second = sampleDevice({ name: 'plughw:CARD=Device_1,DEV=0', cardId: 'Device_1', cardIndex: 2 })
  const first = sampleDevice({ name: 'plughw:CARD=PCH,DEV=0', cardId: 'PCH', cardIndex: 0 })
  const defaultOf = (...devices: Parameters<typeof withDefault>[0]) =>
    withDefault(devices)
      .filter(({ isDefault }) => isDefault)
      .map(({ name }) => name)
  t.same(defaultOf(first, sampleDevice(), configuredSample('default')), ['default'])
  t.same(defaultOf(sampleDevice(), first), [first.name])
  t.same(defaultOf(sampleDevice(), configuredSample('pulse')), [sampleDevice().name])
  t.same(defaultOf(configuredSample('testmic')), ['testmic'])
  t.same(defaultOf(sampleDevice(), second), [])
  t.same(defaultOf(), [])
})

t.test('nothing to list is an error that says what to do: rights before all else', async (t) => {
  const card = { kind: 'no_sound_card', text: 'no card' } as const
  t.match(noDevices([card]), { code: 'CAPTURE_NO_SOUND_CARD', exitCode: 69, message: /no card/ })
  t.match(noDevices([]), { code: 'CAPTURE_NO_SOUND_CARD', message: /list nothing/ })
  const rights = { kind: 'no_permission', text: 'add the user to the group audio' } as const
  t.match(noDevices([card, rights]), {
    code: 'CAPTURE_NO_PERMISSION',
    exitCode: 69,
    message: /^nothing here can capture audio: add the user to the group audio$/,
  })
})

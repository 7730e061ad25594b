import t from 'tap'
import type { DeviceList } from '../../../src/capture/devices/device-list.js'
import { createFindDevice } from '../../../src/capture/live/find-device.js'
import { configuredSample, sampleDevice } from '../devices/sample-machine.js'

const { signal } = new AbortController()
const finding = (devices: DeviceList['devices'], ...gaps: DeviceList['gaps']) =>
  createFindDevice(() => Promise.resolve({ devices, gaps }))
const missing = { kind: 'no_portaudio', text: 'naudiodon is not installed' } as const

t.test('a device is found among those that the backend has', async (t) => {
  const twin = configuredSample('USB', { backends: ['portaudio'] })
  const find = finding([sampleDevice(), twin])
  t.equal((await find('usb', 'portaudio', signal)).name, 'USB')
  t.equal((await find('usb', 'alsa', signal)).name, sampleDevice().name)
})

t.test('one that is not there is waited for: no error of the configuration', async (t) => {
  await t.rejects(finding([sampleDevice()])('odd', 'alsa', signal), {
    code: 'CAPTURE_NO_DEVICE',
    exitCode: 69,
  })
  const failed = { kind: 'portaudio_failed', text: 'it hangs' } as const
  await t.rejects(finding([], failed)('odd', 'portaudio', signal), { code: 'CAPTURE_NO_DEVICE' })
})

t.test('where naudiodon is missing that is said, so that arecord can stand in', async (t) => {
  const find = finding([sampleDevice()], missing)
  await t.rejects(find('usb', 'portaudio', signal), { code: 'CAPTURE_NO_PORTAUDIO', message: missing.text })
  t.equal((await find('usb', 'alsa', signal)).name, sampleDevice().name)
})

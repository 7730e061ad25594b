import t from 'tap'
import { mergePortaudio } from '../../../src/capture/devices/merge-portaudio.js'
import { parseProcCards } from '../../../src/capture/devices/proc-cards.js'
import type { PortaudioDevice } from '../../../src/capture/portaudio-devices.js'
import { CARDS, configuredSample, sampleDevice } from './sample-machine.js'

const cards = parseProcCards(CARDS)
const heard = (name: string, about: Partial<PortaudioDevice> = {}): PortaudioDevice => ({
  id: 0,
  name,
  hostApi: 'ALSA',
  maxInputChannels: 1,
  defaultSampleRateHz: 44_100,
  ...about,
})
const merge = (devices: Parameters<typeof mergePortaudio>[0], ...portaudio: PortaudioDevice[]) =>
  mergePortaudio(devices, portaudio, cards, new Set())

t.test('a card is recognised by its index, and what ALSA knows of it stays', async (t) => {
  const name = 'USB PnP Sound Device: Audio (hw:1,0)'
  t.same(merge([sampleDevice()], heard(name)), [
    sampleDevice({ backends: ['alsa', 'portaudio'], portaudioName: name }),
  ])
})

t.test('what ALSA does not know of a device is what PortAudio says', async (t) => {
  const [device] = merge([configuredSample('testmic')], heard('testmic', { maxInputChannels: 2 }))
  t.match(device, { backends: ['alsa', 'portaudio'], ratesHz: [44_100], channels: [2] })
})

t.test('a card that ALSA did not list gets its name that lasts', async (t) => {
  t.match(merge([], heard('USB PnP Sound Device: Audio (hw:2,0)')), [
    {
      name: 'plughw:CARD=Device_1,DEV=0',
      description: 'USB PnP Sound Device: Audio',
      cardId: 'Device_1',
      backends: ['portaudio'],
    },
  ])
})

t.test('what ALSA did not list at all is added by its name', async (t) => {
  const merged = merge([sampleDevice()], heard('pulse'), heard('Strange (hw:9,0)'))
  t.same(
    merged.slice(1).map(({ name, backends }) => [name, backends]),
    [
      ['pulse', ['portaudio']],
      ['Strange (hw:9,0)', ['portaudio']],
    ],
  )
})

t.test('outputs, converters and names that could never be configured are left out', async (t) => {
  const left = [heard('HDMI', { maxInputChannels: 0 }), heard('samplerate'), heard('sysdefault')]
  t.same(merge([], ...left, heard('surround51'), heard("it's"), heard('a\u001b[2J')), [])
})

t.test('a device that may not be opened is not added', async (t) => {
  t.same(mergePortaudio([], [heard('USB (hw:1,0)')], cards, new Set(['1,0'])), [])
})

t.test('of two devices with one name the first counts', async (t) => {
  const merged = merge([], heard('JACK in', { hostApi: 'JACK' }), heard('JACK in', { maxInputChannels: 8 }))
  t.match(merged, [{ name: 'JACK in', channels: [1] }])
  t.equal(merged.length, 1)
})

import t from 'tap'
import { alsaDevices, type AlsaFacts } from '../../../src/capture/devices/alsa-devices.js'
import { parsePcmHints } from '../../../src/capture/devices/pcm-hints.js'
import { parseProcCards } from '../../../src/capture/devices/proc-cards.js'
import { parseProcPcms } from '../../../src/capture/devices/proc-pcms.js'
import { CARDS, HINTS, PCMS } from './sample-machine.js'

const facts: AlsaFacts = {
  cards: parseProcCards(CARDS),
  pcms: parseProcPcms(PCMS),
  hints: parsePcmHints(HINTS),
  hasArecord: true,
  formats: new Map([['1,0', { ratesHz: [48_000], isRateContinuous: false, channels: [1] }]]),
  usbPaths: new Map([[1, 'usb-0000:01:00.0-1.4']]),
  closed: new Set(),
}
const names = (about: Partial<AlsaFacts>) => alsaDevices({ ...facts, ...about }).map(({ name }) => name)

t.test(
  'each microphone is there once, then what the configuration defines; converters are not',
  async (t) => {
    t.same(names({}), ['plughw:CARD=Device,DEV=0', 'plughw:CARD=Device_1,DEV=0', 'pulse', 'testmic'])
    t.match(alsaDevices(facts)[0], {
      description: 'USB PnP Sound Device, USB Audio',
      cardId: 'Device',
      usbPath: 'usb-0000:01:00.0-1.4',
      backends: ['alsa'],
      ratesHz: [48_000],
      channels: [1],
    })
    t.match(alsaDevices(facts)[3], { description: 'test mic', cardId: null, ratesHz: null })
  },
)

t.test('a card that only the kernel or only arecord knows is listed, too', async (t) => {
  t.same(names({ hints: [] }), ['plughw:CARD=Device,DEV=0', 'plughw:CARD=Device_1,DEV=0'])
  t.same(names({ pcms: [] }), ['plughw:CARD=Device,DEV=0', 'pulse', 'testmic'])
})

t.test('a device that may not be opened is not listed', async (t) => {
  t.notOk(names({ closed: new Set(['1,0']) }).includes('plughw:CARD=Device,DEV=0'))
})

t.test('without arecord a card has no backend yet', async (t) => {
  for (const { backends } of alsaDevices({ ...facts, hints: [], hasArecord: false })) t.same(backends, [])
})

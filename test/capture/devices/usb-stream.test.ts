import fc from 'fast-check'
import t from 'tap'
import { parseUsbStream } from '../../../src/capture/devices/usb-stream.js'
import { STREAM } from './sample-machine.js'

t.test('rates and channels are those of capture, not of playback', async (t) => {
  t.same(parseUsbStream(STREAM), { ratesHz: [44_100, 48_000], isRateContinuous: false, channels: [1] })
})

t.test('all settings count together, and a continuous range is one', async (t) => {
  const text =
    'X\n\nCapture:\n    Channels: 2\n    Rates: 16000\n    Channels: 1\n    Rates: 8000 - 48000 (continuous)\n'
  t.same(parseUsbStream(text), {
    ratesHz: [8000, 16_000, 48_000],
    isRateContinuous: true,
    channels: [1, 2],
  })
})

t.test('a device that only plays, or says nothing of use, has no formats', async (t) => {
  for (const text of [
    '',
    'Playback:\n    Channels: 2\n    Rates: 48000\n',
    'Capture:\n    Channels: 2\n',
    'Capture:\n    Channels: 0\n    Rates: -1, 99999999999, x\n',
  ]) {
    t.equal(parseUsbStream(text), null, JSON.stringify(text))
  }
})

t.test('any text gives formats in bounds and in order, or none', async () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Capture:', 'Playback:'),
    fc.array(fc.integer()).map((rates) => `    Rates: ${rates.join(', ')}`),
    fc.integer().map((channels) => `    Channels: ${channels}`),
  )
  const isRising = (numbers: readonly number[], most: number): boolean =>
    numbers.length > 0 && numbers.every((x, i) => x > 0 && x <= most && (i === 0 || x > numbers[i - 1]))
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const formats = parseUsbStream(['Capture:', ...lines].join('\n'))
      return formats === null || (isRising(formats.ratesHz, 1e6) && isRising(formats.channels, 256))
    }),
  )
})

import fc from 'fast-check'
import t from 'tap'
import { InterleavedDecoder } from '../../../src/capture/live/interleaved-decoder.js'
import { S16Decoder } from '../../../src/capture/s16-decoder.js'
import { WavSampleDecoder } from '../../../src/capture/wav-samples.js'
import { bitsOf } from '../../support/bits.js'
import { s16 } from '../build-wav.js'

const channelCount = fc.integer({ min: 1, max: 8 })

function decode(decoder: InterleavedDecoder, bytes: Uint8Array): Float32Array {
  const out = new Float32Array(decoder.samplesIn(bytes.length))
  return out.subarray(0, decoder.decodeInto(bytes, out))
}

t.test('one channel gives the bits of the mono decoder, mixed or chosen', async () => {
  await fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('mix' as const, 0), (bytes, choice) => {
      const expected = bitsOf(new S16Decoder().decode(bytes))
      return bitsOf(decode(new InterleavedDecoder(1, choice), bytes)) === expected
    }),
  )
})

t.test('the mix has the bits of a WAV file’s with as many channels', async () => {
  await fc.assert(
    fc.property(channelCount, fc.uint8Array({ minLength: 16, maxLength: 400 }), (channels, bytes) => {
      const whole = bytes.subarray(0, bytes.length - (bytes.length % (2 * channels)))
      const format = {
        encoding: 's16',
        sampleRateHz: 16_000,
        channels,
        blockAlignBytes: 2 * channels,
      } as const
      const expected = new Float32Array(whole.length / (2 * channels))
      new WavSampleDecoder(format, 'x').decodeInto(whole, expected)
      return bitsOf(decode(new InterleavedDecoder(channels, 'mix'), bytes)) === bitsOf(expected)
    }),
  )
})

t.test('a chosen channel hears nothing of the others', async () => {
  await fc.assert(
    fc.property(channelCount, fc.nat(7), fc.nat(60), (channels, wanted, length) => {
      const choice = wanted % channels
      const own = Float32Array.from({ length }, (_, i) => ((i * 37) % 64) / 64 - 0.5)
      const all = Float32Array.from({ length: length * channels }, (_, i) =>
        i % channels === choice ? own[Math.floor(i / channels)] : -1,
      )
      return bitsOf(decode(new InterleavedDecoder(channels, choice), s16(all))) === bitsOf(own)
    }),
  )
})

t.test('decoding does not depend on where the bytes are cut', async () => {
  await fc.assert(
    fc.property(
      channelCount,
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat(23)),
      (channels, bytes, sizes) => {
        const expected = decode(new InterleavedDecoder(channels, 'mix'), bytes)
        const decoder = new InterleavedDecoder(channels, 'mix')
        const samples: number[] = []
        let start = 0
        for (const size of [...sizes, 200]) {
          samples.push(...decode(decoder, bytes.subarray(start, (start += size))))
        }
        return bitsOf(Float32Array.from(samples)) === bitsOf(expected)
      },
    ),
  )
})

t.test('the ends of the scale are −1 and just below 1, and stay so in a mix', async (t) => {
  const bytes = Buffer.from([0, 0x80, 0, 0x80, 0xff, 0x7f, 0xff, 0x7f])
  t.same([...decode(new InterleavedDecoder(2, 'mix'), bytes)], [-1, 32_767 / 32_768])
})

t.test('after a reset no half of a sample is left', async (t) => {
  const decoder = new InterleavedDecoder(2, 'mix')
  decode(decoder, Buffer.from([1, 2, 3]))
  decoder.reset()
  t.equal(decoder.samplesIn(3), 0)
  t.same([...decode(decoder, s16([0.5, 0.25]))], [0.375])
})

t.test('a channel that the microphone lacks is refused with those that it has', async (t) => {
  t.throws(() => new InterleavedDecoder(2, 2), {
    code: 'CAPTURE_NO_CHANNEL',
    exitCode: 78,
    message: 'capture.channel is 2, and the microphone gives 2 channels: choose mix or 0 to 1',
  })
  t.throws(() => new InterleavedDecoder(1, 1), { message: /1 channel: choose mix or 0$/ })
})

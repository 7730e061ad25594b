import t from 'tap'
import { parseFmtChunk } from '../../src/capture/wav-format.js'
import { fmtChunk, type FmtFields } from './build-wav.js'

const parse = (fields: FmtFields) => parseFmtChunk(fmtChunk(fields).subarray(8), 'test.wav')

t.test('every supported encoding is recognised, plain and extensible', async (t) => {
  const cases = [
    [1, 8, 'u8'],
    [1, 16, 's16'],
    [1, 24, 's24'],
    [1, 32, 's32'],
    [3, 32, 'f32'],
    [3, 64, 'f64'],
  ] as const
  for (const [tag, bits, encoding] of cases) {
    for (const extensible of [false, true]) {
      t.equal(parse({ tag, bits, channels: 6, extensible }).encoding, encoding)
    }
  }
})

t.test('rates from 1 to 384 kHz and 1 to 64 channels are taken', async (t) => {
  t.match(parse({ rateHz: 1_000, channels: 1 }), { sampleRateHz: 1_000, channels: 1 })
  t.match(parse({ rateHz: 384_000, channels: 64 }), {
    sampleRateHz: 384_000,
    channels: 64,
    blockAlignBytes: 128,
  })
})

t.test('what is out of range is refused with the value and what is allowed', async (t) => {
  const cases: [FmtFields, RegExp][] = [
    [{ channels: 0 }, /0 channels, allowed are 1 to 64/],
    [{ channels: 65 }, /65 channels/],
    [{ rateHz: 0 }, /rate of 0 Hz, allowed are 1000 to 384000/],
    [{ rateHz: 999 }, /999 Hz/],
    [{ rateHz: 384_001 }, /384001 Hz/],
    [{ rateHz: 0xffff_ffff }, /4294967295 Hz/],
    [{ bits: 0 }, /0-bit PCM, allowed are 8, 16, 24, 32/],
    [{ bits: 12, blockAlign: 2 }, /12-bit PCM/],
    [{ tag: 3, bits: 16 }, /16-bit float, allowed are 32, 64/],
    [{ blockAlign: 3 }, /block align of 3 bytes, 1 × 16 bits need 2/],
    [{ blockAlign: 0 }, /block align of 0/],
    [{ tag: 7, bits: 8 }, /codec 0x0007 is not supported/],
    [{ tag: 0x55 }, /codec 0x0055/],
    [{ tag: 7, bits: 8, extensible: true }, /codec 0x0007/],
  ]
  for (const [fields, message] of cases) {
    t.throws(() => parse(fields), { code: 'INPUT_BAD_FORMAT', message })
  }
})

t.test('a short chunk and a foreign subformat are refused', async (t) => {
  t.throws(() => parseFmtChunk(new Uint8Array(15), 'x.wav'), {
    code: 'INPUT_BAD_FORMAT',
    message: /15 bytes/,
  })
  const foreign = fmtChunk({ extensible: true }).subarray(8)
  foreign[30] ^= 1
  t.throws(() => parseFmtChunk(foreign, 'x.wav'), { message: /unknown subformat/ })
  t.throws(() => parseFmtChunk(foreign.subarray(0, 18), 'x.wav'), { message: /unknown subformat/ })
})

import fc from 'fast-check'
import t from 'tap'
import { AffectdError } from '../../src/errors.js'
import { WavReader } from '../../src/capture/wav-reader.js'
import { chunk, f32, fmtChunk, riff, s16, tone, wav16, wavFloat } from './build-wav.js'
import { MemorySource, readAll } from './memory-source.js'

t.test('the ends and the middle of every encoding are where they belong', async (t) => {
  const cases: [number, number, number[], number[]][] = [
    [1, 8, [0, 128, 255], [-1, 0, 127 / 128]],
    [1, 16, [0, 0x80, 0, 0, 0xff, 0x7f], [-1, 0, 32_767 / 32_768]],
    [
      1,
      24,
      [0, 0, 0x80, 0, 0, 0, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff],
      [-1, 0, 8_388_607 / 8_388_608, -1 / 8_388_608],
    ],
    [1, 32, [0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x40], [-1, 0, 0.5]],
  ]
  for (const [tag, bits, data, expected] of cases) {
    const bytes = riff([fmtChunk({ tag, bits }), chunk('data', Buffer.from(data))])
    t.same(await readAll(bytes), expected, `${bits} bits`)
  }
  const f64 = Buffer.alloc(16)
  f64.writeDoubleLE(-0.125, 0)
  f64.writeDoubleLE(1, 8)
  t.same(await readAll(riff([fmtChunk({ tag: 3, bits: 64 }), chunk('data', f64)])), [-0.125, 1])
})

t.test('channels are mixed to their mean', async (t) => {
  const bytes = riff([fmtChunk({ channels: 2 }), chunk('data', s16([0.5, 0.25, -0.5, 0.5]))])
  t.same(await readAll(bytes), [0.375, 0])
})

t.test('float samples beyond full scale are clipped before the mix', async (t) => {
  t.same(await readAll(wavFloat([1.5, -40, 1e30, 0.5])), [1, -1, 1, 0.5])
  const stereo = riff([fmtChunk({ tag: 3, bits: 32, channels: 2 }), chunk('data', f32([3, -1]))])
  t.same(await readAll(stereo), [0])
})

t.test('a sample that is not finite is refused by its index, in any block', async (t) => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const samples = new Float32Array(40_000)
    samples[37_123] = bad
    await t.rejects(readAll(wavFloat(samples)), {
      code: 'INPUT_NOT_FINITE',
      message: /sample 37123 \(at 2320 ms\)/,
    })
  }
})

t.test('a long file is read in blocks of at most 64 KiB, and again from its start', async (t) => {
  const samples = tone(440, 16_000, 100_000)
  const source = new MemorySource(wavFloat(samples))
  const reader = await WavReader.open(source)
  for (let repetition = 0; repetition < 2; repetition++) {
    const seen: number[] = []
    for await (const block of reader.blocks()) for (const sample of block) seen.push(sample)
    t.same(Float32Array.from(seen), samples)
  }
  t.equal(source.largestReadBytes, 65_536)
})

t.test('a file that shrinks while it is read is truncated input', async (t) => {
  const bytes = wav16(new Float32Array(1_000))
  const reader = await WavReader.open(new MemorySource(bytes.subarray(0, 500), bytes.length))
  await t.rejects(reader.blocks().next(), { code: 'INPUT_TRUNCATED', message: /became shorter/ })
})

/** Only an AffectdError escapes, samples are finite and in range, and no read exceeds a block. */
async function survives(bytes: Uint8Array): Promise<void> {
  const source = new MemorySource(bytes)
  try {
    const reader = await WavReader.open(source)
    let frames = 0
    for await (const block of reader.blocks()) {
      frames += block.length
      if (!block.every((sample) => Math.abs(sample) <= 1)) throw new Error('sample out of range')
    }
    if (frames !== reader.header.frameCount) throw new Error('frames lost')
  } catch (error) {
    if (!(error instanceof AffectdError) || error.exitCode !== 66) throw error
  }
  if (source.largestReadBytes > 65_536) throw new Error(`read of ${source.largestReadBytes} bytes`)
}

const VALID = [
  wav16(tone(300, 16_000, 50)),
  wavFloat(tone(300, 16_000, 50)),
  riff([
    fmtChunk({ channels: 3, bits: 24, extensible: true }),
    chunk('LIST', Buffer.from('abc')),
    chunk('data', s16(tone(1, 8, 45))),
  ]),
  riff([chunk('ds64', Buffer.alloc(28)), fmtChunk(), chunk('data', s16([0.1, 0.2]), 0xffff_ffff)], 'RF64'),
]
const interestingByte = fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff), fc.nat(255))

t.test('random bytes never bring the parser down', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, hasMagic) => {
      if (hasMagic) bytes.set(Buffer.from('RIFF\x40\0\0\0WAVEfmt ').subarray(0, bytes.length))
      await survives(bytes)
    }),
    { numRuns: 1_500 },
  )
})

t.test('mutated headers never bring the parser down', async () => {
  const mutation = fc.record({ at: fc.nat(110), byte: interestingByte })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...VALID),
      fc.array(mutation, { maxLength: 6 }),
      fc.nat(300),
      async (valid, mutations, keep) => {
        const bytes = Uint8Array.from(valid)
        for (const { at, byte } of mutations) bytes[at % bytes.length] = byte
        await survives(bytes.subarray(0, Math.max(1, keep)))
      },
    ),
    { numRuns: 3_000 },
  )
})

import t from 'tap'
import { readWavHeader } from '../../src/capture/wav-header.js'
import { chunk, fmtChunk, riff, s16, wav16 } from './build-wav.js'
import { MemorySource, readAll } from './memory-source.js'

const SAMPLES = [0, 0.25, -0.5, 0.75]
const DATA = s16(SAMPLES)
const header = (bytes: Uint8Array) => readWavHeader(new MemorySource(bytes))
const ds64 = (dataBytes: bigint): Buffer => {
  const content = Buffer.alloc(28)
  content.writeBigUInt64LE(dataBytes, 8)
  return chunk('ds64', content)
}

t.test('header of a plain file gives format, place and number of the samples', async (t) => {
  t.match(await header(wav16(SAMPLES, 44_100)), {
    format: { encoding: 's16', sampleRateHz: 44_100, channels: 1, blockAlignBytes: 2 },
    dataOffsetBytes: 44,
    frameCount: 4,
  })
})

t.test('chunks of any kind and odd length may come before the samples', async (t) => {
  const bytes = riff([
    chunk('LIST', Buffer.from('odd')),
    chunk('bext', Buffer.alloc(602)),
    fmtChunk(),
    chunk('fact', Buffer.alloc(4)),
    chunk('data', DATA),
    chunk('LIST', Buffer.from('INFO')),
  ])
  t.same(await readAll(bytes), SAMPLES)
})

t.test(
  'a streaming writer leaves the data length open, and the samples reach to the end of the file',
  async (t) => {
    for (const claimed of [0, 0xffff_ffff]) {
      for (const riffClaimed of [0, 36, 0xffff_ffff, undefined]) {
        t.same(await readAll(riff([fmtChunk(), chunk('data', DATA, claimed)], 'RIFF', riffClaimed)), SAMPLES)
      }
    }
  },
)

t.test('an open data length leaves out an incomplete last sample', async (t) => {
  const bytes = riff([fmtChunk(), chunk('data', DATA, 0)])
  t.same(await readAll(bytes.subarray(0, bytes.length - 1)), SAMPLES.slice(0, 3))
})

t.test('RF64 takes its length from ds64, or from the end of the file if that is open too', async (t) => {
  const rf64 = (length: bigint) =>
    riff([ds64(length), fmtChunk(), chunk('data', DATA, 0xffff_ffff)], 'RF64', 0xffff_ffff)
  t.same(await readAll(rf64(6n)), SAMPLES.slice(0, 3))
  t.same(await readAll(rf64(0n)), SAMPLES)
  t.same(await readAll(rf64(0xffff_ffff_ffff_ffffn)), SAMPLES)
  await t.rejects(header(rf64(1n << 40n)), { code: 'INPUT_TRUNCATED' })
})

t.test('a header that claims more than the file holds is truncated input', async (t) => {
  const whole = wav16(SAMPLES)
  for (let length = 1; length < whole.length; length++) {
    const cut = whole.subarray(0, length)
    await t.rejects(
      header(cut),
      { code: length < 4 ? 'INPUT_NOT_WAV' : 'INPUT_TRUNCATED' },
      `${length} bytes`,
    )
  }
})

t.test('a tiny file that claims 2 GB is truncated input and is not allocated for', async (t) => {
  for (const id of ['data', 'LIST', 'fmt ']) {
    const source = new MemorySource(riff([fmtChunk(), chunk(id, DATA, 0x7fff_ffff)], 'RIFF', 0x7fff_fff0))
    await t.rejects(readWavHeader(source), { code: 'INPUT_TRUNCATED', message: /claims 2147483647 bytes/ })
    t.ok(source.largestReadBytes <= 40)
  }
})

t.test('a file without samples says so', async (t) => {
  const empty = chunk('data', Buffer.alloc(0))
  for (const chunks of [
    [],
    [fmtChunk()],
    [fmtChunk(), empty],
    [fmtChunk(), empty, chunk('LIST', Buffer.alloc(8))],
  ]) {
    await t.rejects(header(riff(chunks)), { code: 'INPUT_NO_AUDIO' })
  }
  await t.rejects(header(riff([fmtChunk({ channels: 4 }), chunk('data', Buffer.alloc(6))])), {
    code: 'INPUT_NO_AUDIO',
  })
})

t.test('what is not a WAV file is refused by name', async (t) => {
  await t.rejects(header(Buffer.alloc(0)), { code: 'INPUT_EMPTY', message: /^test\.wav is empty/ })
  for (const text of ['x', 'ID3 something else entirely', 'RIFX....WAVEfmt ', 'RIFF....AVI LIST']) {
    await t.rejects(header(Buffer.from(text)), { code: 'INPUT_NOT_WAV', exitCode: 66 })
  }
})

t.test('samples before their format are refused', async (t) => {
  await t.rejects(header(riff([chunk('data', DATA), fmtChunk()])), {
    code: 'INPUT_BAD_FORMAT',
    message: /no fmt/,
  })
})

t.test('a file of endless empty chunks is given up on', async (t) => {
  const source = new MemorySource(riff(Array.from({ length: 5_000 }, () => chunk('JUNK', Buffer.alloc(0)))))
  await t.rejects(readWavHeader(source), { code: 'INPUT_NOT_WAV', message: /more than 1024 chunks/ })
  t.ok(source.reads < 1_100)
})

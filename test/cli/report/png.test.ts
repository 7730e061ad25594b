import { inflateSync, crc32 as nodeCrc32 } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { crc32 } from '../../../src/cli/report/crc32.js'
import { encodePng } from '../../../src/cli/report/png.js'
import { InternalError } from '../../../src/errors.js'

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

function chunksOf(png: Uint8Array): readonly Chunk[] {
  const bytes = Buffer.from(png)
  const chunks: Chunk[] = []
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    const data = bytes.subarray(at + 8, at + 8 + length)
    if (bytes.readUInt32BE(at + 8 + length) !== crc32(bytes.subarray(at + 4, at + 8 + length))) {
      throw new Error(`the checksum of ${type} is wrong`)
    }
    chunks.push({ type, data })
    at += 12 + length
  }
  return chunks
}

t.test('an image decodes to the pixels that went in', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(),
      (width, height, seed) => {
        const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 31 + seed) % 256)
        const png = encodePng(width, height, pixels, new Uint8Array(768).fill(7))
        const chunks = chunksOf(png)
        const [header, palette, image, end] = chunks
        const rows = inflateSync(image.data)
        const decoded = Array.from({ length: height }, (_, y) => [
          ...rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)),
        ]).flat()
        return (
          chunks.map(({ type }) => type).join() === 'IHDR,PLTE,IDAT,IEND' &&
          header.data.readUInt32BE(0) === width &&
          header.data.readUInt32BE(4) === height &&
          palette.data.length === 768 &&
          end.data.length === 0 &&
          decoded.every((pixel, i) => pixel === pixels[i])
        )
      },
    ),
  )
})

t.test('a PNG begins with the signature of the specification', async (t) => {
  t.same(
    [...encodePng(1, 1, Uint8Array.of(0), Uint8Array.of(1, 2, 3)).subarray(0, 8)],
    [137, 80, 78, 71, 13, 10, 26, 10],
  )
})

t.test('pixels that make no image are our bug', async (t) => {
  const palette = new Uint8Array(3)
  for (const make of [
    () => encodePng(2, 2, new Uint8Array(3), palette),
    () => encodePng(0, 0, new Uint8Array(0), palette),
    () => encodePng(1, 1, new Uint8Array(1), new Uint8Array(4)),
  ]) {
    t.throws(make, InternalError)
  }
})

t.test('the checksum is the one that everybody computes', async (t) => {
  // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
  t.equal(crc32(Buffer.from('123456789')), 0xcbf43926)
  if (typeof nodeCrc32 === 'function') {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => crc32(bytes) === nodeCrc32(bytes)))
  }
})

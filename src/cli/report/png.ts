import { deflateSync } from 'node:zlib'
import { InternalError } from '../../errors.js'
import { crc32 } from './crc32.js'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const COLOUR_TYPE_PALETTE = 3

/**
 * An indexed image as a PNG file.
 *
 * @param pixels  row-major from the top, one palette index each, shape [height × width]
 * @param palette RGB, shape [≤ 256 × 3]
 * @throws {InternalError} INTERNAL_IMAGE
 * @see W3C, Portable Network Graphics (PNG) Specification, third edition
 */
export function encodePng(
  width: number,
  height: number,
  pixels: Uint8Array,
  palette: Uint8Array,
): Uint8Array {
  const colours = palette.length / 3
  if (
    width < 1 ||
    height < 1 ||
    pixels.length !== width * height ||
    !Number.isInteger(colours) ||
    colours > 256
  ) {
    throw new InternalError(
      'INTERNAL_IMAGE',
      `${pixels.length} pixels and ${palette.length} palette bytes make no image of ${width} × ${height}`,
    )
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, COLOUR_TYPE_PALETTE, 0, 0, 0], 8)

  // Each row begins with its filter type: 0, none, which suits palette indices.
  const rows = new Uint8Array(height * (width + 1))
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.length)
  out.writeUInt32BE(data.length, 0)
  out.write(type, 4, 'latin1')
  out.set(data, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length)
  return out
}

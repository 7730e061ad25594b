/** WAV files for the tests, built by hand so that they can be wrong in every way. */

export interface FmtFields {
  tag?: number
  channels?: number
  rateHz?: number
  bits?: number
  blockAlign?: number
  /** Makes it WAVE_FORMAT_EXTENSIBLE with `tag` as its subformat. */
  extensible?: boolean
}

export function fmtChunk(fields: FmtFields = {}): Buffer {
  const { tag = 1, channels = 1, rateHz = 16_000, bits = 16, extensible = false } = fields
  const blockAlign = fields.blockAlign ?? (channels * bits) / 8
  const bytes = Buffer.alloc(extensible ? 40 : 16)
  bytes.writeUInt16LE(extensible ? 0xfffe : tag, 0)
  bytes.writeUInt16LE(channels, 2)
  bytes.writeUInt32LE(rateHz, 4)
  bytes.writeUInt32LE((rateHz * blockAlign) >>> 0, 8)
  bytes.writeUInt16LE(blockAlign, 12)
  bytes.writeUInt16LE(bits, 14)
  if (extensible) {
    bytes.writeUInt16LE(22, 16)
    bytes.writeUInt16LE(bits, 18)
    bytes.writeUInt16LE(tag, 24)
    bytes.set([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 26)
  }
  return chunk('fmt ', bytes)
}

/** @param claimed length to write instead of the true one */
export function chunk(id: string, content: Uint8Array, claimed = content.length): Buffer {
  const header = Buffer.alloc(8)
  header.write(id, 'latin1')
  header.writeUInt32LE(claimed, 4)
  return Buffer.concat([header, content, Buffer.alloc(content.length % 2)])
}

export function riff(chunks: readonly Uint8Array[], magic = 'RIFF', claimed?: number): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks])
  const header = Buffer.alloc(8)
  header.write(magic, 'latin1')
  header.writeUInt32LE(claimed ?? body.length, 4)
  return Buffer.concat([header, body])
}

export function s16(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (let i = 0; i < values.length; i++) {
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(values[i] * 32_768))), 2 * i)
  }
  return bytes
}

export function f32(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i], 4 * i)
  return bytes
}

export function wav16(samples: ArrayLike<number>, rateHz = 16_000): Buffer {
  return riff([fmtChunk({ rateHz }), chunk('data', s16(samples))])
}

export function wavFloat(samples: ArrayLike<number>, rateHz = 16_000): Buffer {
  return riff([fmtChunk({ tag: 3, bits: 32, rateHz }), chunk('data', f32(samples))])
}

export function tone(frequencyHz: number, rateHz: number, count: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz),
  )
}

import fc from 'fast-check'
import t from 'tap'
import {
  encodePacket,
  MAX_PACKET_BYTES,
  PacketParser,
  type Packet,
} from '../../../src/capture/live/packets.js'
import { AffectdError } from '../../../src/errors.js'

const arbitraryPackets = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 700 }), fc.double({ min: 0, max: 1e12, noNaN: true })), {
    maxLength: 8,
  })
  .map((packets) => packets.map(([bytes, atMs], seq): Packet => ({ seq, atMs, bytes })))

function parsed(parser: PacketParser, bytes: Uint8Array): Packet[] {
  return Array.from(parser.push(bytes), (packet) => ({ ...packet, bytes: Uint8Array.from(packet.bytes) }))
}

t.test('packets come out as they went in, however the stream is cut', async (t) => {
  fc.assert(
    fc.property(arbitraryPackets, fc.array(fc.integer({ min: 1, max: 300 })), (packets, cuts) => {
      const stream = Buffer.concat(packets.map(encodePacket))
      const parser = new PacketParser()
      const out: Packet[] = []
      let at = 0
      for (const size of [...cuts, stream.length]) {
        out.push(...parsed(parser, stream.subarray(at, at + size)))
        at += size
      }
      return (
        out.length === packets.length &&
        out.every(({ seq, atMs, bytes }, n) => {
          const packet = packets[n] as Packet
          return seq === n && atMs === packet.atMs && Buffer.compare(bytes, packet.bytes) === 0
        })
      )
    }),
  )
  t.pass()
})

t.test('anything else is garbage, and nothing but an error of ours comes of it', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), arbitraryPackets, (noise, packets) => {
      const parser = new PacketParser()
      try {
        for (const bytes of [...packets.map(encodePacket), ...noise]) parsed(parser, bytes)
        return true
      } catch (error) {
        return error instanceof AffectdError && error.code === 'CAPTURE_GARBAGE'
      }
    }),
  )
  const good = (): Buffer => encodePacket({ seq: 0, atMs: 1, bytes: new Uint8Array(4) })
  const spoilt: Record<string, (packet: Buffer) => void> = {
    magic: (packet) => void packet.writeUInt32LE(7, 0),
    number: (packet) => void packet.writeUInt32LE(1, 4),
    time: (packet) => void packet.writeDoubleLE(NaN, 8),
    length: (packet) => void packet.writeUInt32LE(MAX_PACKET_BYTES + 1, 16),
  }
  for (const [what, spoil] of Object.entries(spoilt)) {
    const packet = good()
    spoil(packet)
    t.throws(() => parsed(new PacketParser(), packet), { code: 'CAPTURE_GARBAGE' }, what)
  }
})

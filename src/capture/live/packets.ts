import { CaptureError } from '../../errors.js'

/** A piece of captured audio on its way from the capture process to the agent. */
export interface Packet {
  /** Rises by one from packet to packet, from 0. */
  readonly seq: number
  /** When its last sample was handed over, monotonic ms of the machine. */
  readonly atMs: number
  /** s16le, interleaved. Valid until the next packet is asked for. */
  readonly bytes: Uint8Array
}

const MAGIC = 0x4350_4641
const HEADER_BYTES = 20
/** A second of eight channels at 192 kHz would be more: nobody captures pieces that long. */
export const MAX_PACKET_BYTES = 65_536

/** Magic, sequence number, time and length, little endian, before the samples. */
export function encodePacket({ seq, atMs, bytes }: Packet): Buffer {
  const packet = Buffer.alloc(HEADER_BYTES + bytes.length)
  packet.writeUInt32LE(MAGIC, 0)
  packet.writeUInt32LE(seq >>> 0, 4)
  packet.writeDoubleLE(atMs, 8)
  packet.writeUInt32LE(bytes.length, 16)
  packet.set(bytes, HEADER_BYTES)
  return packet
}

/** Packets out of a stream of bytes that is cut anywhere. */
export class PacketParser {
  #held = Buffer.alloc(0)
  #nextSeq = 0;

  /**
   * @param bytes overwritten with zeros
   * @throws {CaptureError} CAPTURE_GARBAGE if it is not what `encodePacket` writes, one packet after the other
   */
  *push(bytes: Uint8Array): Generator<Packet> {
    // Memory of its own, never Node's shared pool: it is overwritten once its packets are taken.
    const held = Buffer.alloc(this.#held.length + bytes.length)
    held.set(this.#held)
    held.set(bytes, this.#held.length)
    this.wipe()
    bytes.fill(0)
    this.#held = held
    let at = 0
    while (this.#held.length - at >= HEADER_BYTES) {
      const magic = this.#held.readUInt32LE(at)
      const seq = this.#held.readUInt32LE(at + 4)
      const atMs = this.#held.readDoubleLE(at + 8)
      const length = this.#held.readUInt32LE(at + 16)
      if (magic !== MAGIC) throw garbage(`begins with 0x${magic.toString(16)}`)
      if (seq !== this.#nextSeq) throw garbage(`has number ${seq} where ${this.#nextSeq} was due`)
      if (!Number.isFinite(atMs)) throw garbage(`has the time ${atMs}`)
      if (length > MAX_PACKET_BYTES) throw garbage(`claims ${length} bytes, most: ${MAX_PACKET_BYTES}`)
      if (this.#held.length - at < HEADER_BYTES + length) break
      this.#nextSeq = (seq + 1) >>> 0
      at += HEADER_BYTES + length
      yield { seq, atMs, bytes: this.#held.subarray(at - length, at) }
    }
    this.#held.fill(0, 0, at)
    this.#held = this.#held.subarray(at)
  }

  /** Overwrites a packet of which the rest has not come. */
  wipe(): void {
    this.#held.fill(0)
  }
}

function garbage(what: string): CaptureError {
  return new CaptureError('CAPTURE_GARBAGE', `a packet of the capture process ${what}; it is started anew`)
}

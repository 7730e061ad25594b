import { ConfigError } from '../../errors.js'
import type { ChannelChoice } from './live-params.js'

const BYTES_PER_SAMPLE = 2
const FULL_SCALE = 32_768

/**
 * Signed 16-bit little-endian bytes of interleaved channels, cut anywhere, to mono samples with full scale = 1: the
 * mean of the channels or one of them. With one channel it gives what `S16Decoder` gives.
 */
export class InterleavedDecoder {
  private readonly frameBytes: number
  private readonly firstByte: number
  private readonly summedChannels: number
  private readonly divisor: number

  /** The start of a sample of all channels, of which the rest has not come yet. */
  private readonly carried: Uint8Array
  private carriedBytes = 0

  /**
   * @param channels as the device was opened, whole, ≥ 1
   * @throws {ConfigError} CAPTURE_NO_CHANNEL if the choice is none of them
   */
  constructor(channels: number, choice: ChannelChoice) {
    if (choice !== 'mix' && choice >= channels) {
      const allowed = channels === 1 ? 'mix or 0' : `mix or 0 to ${channels - 1}`
      throw new ConfigError(
        'CAPTURE_NO_CHANNEL',
        `capture.channel is ${choice}, and the microphone gives ${channels} ${channels === 1 ? 'channel' : 'channels'}: choose ${allowed}`,
      )
    }
    this.frameBytes = channels * BYTES_PER_SAMPLE
    this.firstByte = choice === 'mix' ? 0 : choice * BYTES_PER_SAMPLE
    this.summedChannels = choice === 'mix' ? channels : 1
    this.divisor = FULL_SCALE * this.summedChannels
    this.carried = new Uint8Array(this.frameBytes)
  }

  /** How many samples `decodeInto` would write for so many bytes more. */
  samplesIn(byteCount: number): number {
    return Math.floor((this.carriedBytes + byteCount) / this.frameBytes)
  }

  /**
   * @param out at least `samplesIn(bytes.length)` long, overwritten, owned by the caller
   * @returns samples written
   */
  decodeInto(bytes: Uint8Array, out: Float32Array): number {
    let position = 0
    let written = 0
    if (this.carriedBytes > 0) {
      position = this.carry(bytes, 0)
      if (this.carriedBytes < this.frameBytes) return 0
      this.sampleInto(this.carried, 0, out, written++)
      this.carriedBytes = 0
    }
    for (; position + this.frameBytes <= bytes.length; position += this.frameBytes) {
      this.sampleInto(bytes, position, out, written++)
    }
    this.carry(bytes, position)
    return written
  }

  /** Forgets a sample that has come in part: what comes next begins a new one. */
  reset(): void {
    this.carried.fill(0)
    this.carriedBytes = 0
  }

  /** @returns the position of the first byte that was not taken */
  private carry(bytes: Uint8Array, position: number): number {
    while (position < bytes.length && this.carriedBytes < this.frameBytes) {
      this.carried[this.carriedBytes++] = bytes[position++]
    }
    return position
  }

  /** Written where it belongs: V8 may box a number that a function returns. */
  private sampleInto(bytes: Uint8Array, position: number, out: Float32Array, index: number): void {
    let sum = 0
    let at = position + this.firstByte
    for (let channel = 0; channel < this.summedChannels; channel++) {
      sum += ((bytes[at] | (bytes[at + 1] << 8)) << 16) >> 16
      at += BYTES_PER_SAMPLE
    }
    // Exact up to this one division, so the mean of a stereo file's channels has the same bits.
    out[index] = sum / this.divisor
  }
}

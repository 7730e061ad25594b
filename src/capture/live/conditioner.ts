import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../units.js'
import { Framer } from '../framer.js'
import { Resampler } from '../resampler.js'
import { DcRemoval } from './dc-removal.js'
import { createGain, type Gain } from './gain.js'
import { InterleavedDecoder } from './interleaved-decoder.js'
import type { LiveParams } from './live-params.js'
import { SignalFaults, type SignalFault } from './signal-faults.js'

export interface ConditionerOptions {
  /** At which the device was opened: whole, > 0. */
  readonly inputRateHz: number
  /** With which it was opened: 1 to 8. */
  readonly channels: number
  readonly params: LiveParams
}

/** A device's bytes (s16le, channels interleaved) to frames for the gate. */
export interface Conditioner {
  /** What is wrong with the signal as the device delivers it, after the last block. */
  readonly fault: SignalFault | null
  /** Whole samples of each channel received so far, at the device's rate; a reset does not begin anew. */
  readonly inputSamples: number
  /** At the end of the last frame; 0 without gain. */
  readonly gainDb: number
  /** Mean of the last seconds as the device delivers them, full scale = 1. */
  readonly dcOffset: number
  /**
   * @param bytes   cut anywhere
   * @param onFrame is called for each frame that they complete, with FRAME_SAMPLES samples at 16 kHz that the next
   *                frame overwrites: it MUST NOT retain them, nor call back into the conditioner
   */
  push(bytes: Uint8Array, onFrame: (samples: Float32Array) => void): void
  /**
   * A gap: nothing that comes after it is mixed with what came before, of which no sample is left in memory. What is
   * known of the microphone (its DC, its gain, a fault) is kept.
   *
   * @returns samples at 16 kHz that were received since the last reset and have not come out in a frame
   */
  reset(): number
}

/**
 * Blocks of 10 ms, so that every stage gets the same pieces whatever the device delivers, and views need no
 * reallocation. All usual rates give whole blocks on both sides of the resampler.
 */
const BLOCKS_PER_S = 100

/**
 * Channels to mono, faults, DC, 16 kHz, frames, gain. Frames do not depend on how the bytes were cut. A block waits
 * until it is full, which delays a frame by less than 10 ms.
 *
 * At 16 kHz, mono, without gain and with a DC below `DC_THRESHOLD` the frames have the bits that `S16Decoder` and
 * `Framer` give.
 *
 * @throws {ConfigError} CAPTURE_NO_CHANNEL
 */
export function createConditioner(options: ConditionerOptions): Conditioner {
  return new BlockConditioner(options)
}

class BlockConditioner implements Conditioner {
  private readonly inputRateHz: number
  private readonly decoder: InterleavedDecoder
  private readonly faults: SignalFaults
  private readonly dc: DcRemoval
  private readonly resampler: Resampler
  private readonly framer = new Framer()
  private readonly gain: Gain

  private decoded = new Float32Array(0)
  private readonly block: Float32Array
  private inBlock = 0
  private inputTotal = 0
  private inputSinceReset = 0
  private framesSinceReset = 0

  private onFrame: (samples: Float32Array) => void = () => undefined
  /** One function for all blocks, where a closure for each would be allocated. */
  private readonly finishFrame = (frame: Float32Array): void => {
    this.framesSinceReset++
    this.gain.applyInPlace(frame)
    this.onFrame(frame)
  }

  constructor({ inputRateHz, channels, params }: ConditionerOptions) {
    this.inputRateHz = inputRateHz
    this.decoder = new InterleavedDecoder(channels, params.channel)
    this.faults = new SignalFaults({ sampleRateHz: inputRateHz, faultAfterS: params.faultAfterS })
    this.dc = new DcRemoval(inputRateHz)
    this.resampler = new Resampler(inputRateHz)
    this.gain = createGain(params)
    this.block = new Float32Array(Math.ceil(inputRateHz / BLOCKS_PER_S))
  }

  get fault(): SignalFault | null {
    return this.faults.fault
  }

  get inputSamples(): number {
    return this.inputTotal
  }

  get gainDb(): number {
    return this.gain.gainDb
  }

  get dcOffset(): number {
    return this.dc.dcOffset
  }

  push(bytes: Uint8Array, onFrame: (samples: Float32Array) => void): void {
    const room = this.decoder.samplesIn(bytes.length)
    if (this.decoded.length < room) {
      this.decoded.fill(0)
      this.decoded = new Float32Array(room)
    }
    const count = this.decoder.decodeInto(bytes, this.decoded)
    this.inputTotal += count
    this.inputSinceReset += count
    for (let i = 0; i < count; i++) {
      this.block[this.inBlock++] = this.decoded[i]
      if (this.inBlock === this.block.length) this.processBlock(onFrame)
    }
    this.decoded.fill(0, 0, count)
  }

  reset(): number {
    const dueSamples = Math.round((this.inputSinceReset * SAMPLE_RATE_HZ) / this.inputRateHz)
    const dropped = dueSamples - this.framesSinceReset * FRAME_SAMPLES
    this.decoder.reset()
    this.dc.reset()
    this.resampler.reset()
    this.framer.drop()
    this.decoded.fill(0)
    this.block.fill(0)
    this.inBlock = 0
    this.inputSinceReset = 0
    this.framesSinceReset = 0
    return dropped
  }

  private processBlock(onFrame: (samples: Float32Array) => void): void {
    this.inBlock = 0
    this.faults.observe(this.block)
    this.dc.processInPlace(this.block)
    this.onFrame = onFrame
    this.framer.fill(this.resampler.push(this.block), this.finishFrame)
  }
}

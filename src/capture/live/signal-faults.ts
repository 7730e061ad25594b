/** What a signal shows that no working microphone delivers. */
export type SignalFault = 'digital_silence' | 'stuck' | 'clipping'

export interface SignalFaultOptions {
  /** Of the samples that are observed. */
  readonly sampleRateHz: number
  /** Digital zero for so long is a fault; 0: never. */
  readonly faultAfterS: number
}

const STUCK_S = 5
const CLIPPING_S = 10
const CLIPPING_BLOCK_S = 0.02
/** Share of the blocks of the last CLIPPING_S … */
const CLIPPING_BLOCKS = 0.95
/** … that have a larger share than this of their samples at full scale. */
const CLIPPING_SAMPLES = 0.5
const FULL_SCALE = 32_767 / 32_768

/**
 * Watches a microphone's samples, before anything is made of them. Time is counted in samples, and a gap does not end
 * what was going on before it: a microphone that is opened again and still delivers zeros is still at fault.
 *
 * | fault | raised by | cleared by |
 * | --- | --- | --- |
 * | `digital_silence` | nothing but exact zeros for `faultAfterS` | the first other sample |
 * | `stuck` | one other value for 5 s | the first other sample |
 * | `clipping` | 10 s of which 95 % of the blocks of 20 ms have most of their samples at full scale | half a second of anything else |
 */
export class SignalFaults {
  private readonly silenceSamples: number
  private readonly stuckSamples: number
  private readonly blockSamples: number
  /** 1 for each clipping block of the last CLIPPING_S, as a ring. */
  private readonly clippingBlocks: Uint8Array

  private value = 0
  /** How many samples in a row have had that value. */
  private runSamples = 0
  private clippedInBlock = 0
  private seenInBlock = 0
  private clippingCount = 0
  private ringAt = 0

  constructor({ sampleRateHz, faultAfterS }: SignalFaultOptions) {
    this.silenceSamples = faultAfterS === 0 ? Infinity : faultAfterS * sampleRateHz
    this.stuckSamples = STUCK_S * sampleRateHz
    this.blockSamples = Math.max(1, Math.round(CLIPPING_BLOCK_S * sampleRateHz))
    this.clippingBlocks = new Uint8Array(Math.round(CLIPPING_S / CLIPPING_BLOCK_S))
  }

  /** After the last sample that was observed. */
  get fault(): SignalFault | null {
    if (this.value === 0) {
      if (this.runSamples >= this.silenceSamples) return 'digital_silence'
    } else if (this.runSamples >= this.stuckSamples) return 'stuck'
    return this.clippingCount >= CLIPPING_BLOCKS * this.clippingBlocks.length ? 'clipping' : null
  }

  /** @param samples any number of them, full scale = 1, as decoded */
  observe(samples: Float32Array): SignalFault | null {
    // Locals, since V8 may box a number for each store into a field.
    let value = this.value
    let runSamples = this.runSamples
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]
      if (sample === value) runSamples++
      else {
        value = sample
        runSamples = 1
      }
      if (sample >= FULL_SCALE || sample <= -FULL_SCALE) this.clippedInBlock++
      if (++this.seenInBlock === this.blockSamples) this.endBlock()
    }
    this.value = value
    this.runSamples = runSamples
    return this.fault
  }

  private endBlock(): void {
    const isClipping = this.clippedInBlock > CLIPPING_SAMPLES * this.blockSamples ? 1 : 0
    this.clippingCount += isClipping - this.clippingBlocks[this.ringAt]
    this.clippingBlocks[this.ringAt] = isClipping
    this.ringAt = (this.ringAt + 1) % this.clippingBlocks.length
    this.clippedInBlock = 0
    this.seenInBlock = 0
  }
}

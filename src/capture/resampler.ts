import { SAMPLE_RATE_HZ } from '../units.js'
import { designResamplerKernel, type ResamplerKernel } from './resampler-kernel.js'

/**
 * Any whole rate to 16 kHz, mono, by a polyphase windowed sinc: flat within 0.1 dB up to 0.9 of the lower Nyquist
 * frequency (7.2 kHz) and at least 80 dB down from that frequency (8 kHz) on. The delay is compensated: output
 * sample k stands for the input at time k / 16 kHz, with silence before the first and after the last sample. Input
 * at 16 kHz passes through untouched.
 *
 * Output k lies at input position k · step / phases, both whole and without common factor, so the phase never
 * drifts and the output does not depend, bit for bit, on how the input is cut into pieces.
 */
export class Resampler {
  private readonly stepPhases: number
  private readonly phasesPerInput: number
  private readonly kernel: ResamplerKernel | null

  /** Inputs still needed: the first `heldSamples` of the buffer. */
  private held = new Float32Array(0)
  private heldSamples = 0
  /** Where the next output's taps begin within `held`; may lie beyond its end. */
  private windowStart = 0
  private phase = 0
  private out = new Float32Array(0)
  /** Of `out`, as it was returned last: in a steady state all pieces give as many samples. */
  private view = this.out
  private inputTotal = 0
  private outputTotal = 0

  /** @param inputRateHz whole, > 0 */
  constructor(inputRateHz: number) {
    const divisor = greatestCommonDivisor(inputRateHz, SAMPLE_RATE_HZ)
    this.stepPhases = inputRateHz / divisor
    this.phasesPerInput = SAMPLE_RATE_HZ / divisor
    this.kernel =
      inputRateHz === SAMPLE_RATE_HZ
        ? null
        : designResamplerKernel(inputRateHz, SAMPLE_RATE_HZ, this.phasesPerInput)
    this.reset()
  }

  /** Begins a new stream, with silence before it; nothing of the old one is left in memory. */
  reset(): void {
    this.held.fill(0)
    this.out.fill(0)
    this.heldSamples = 0
    this.windowStart = 0
    this.phase = 0
    this.inputTotal = 0
    this.outputTotal = 0
    if (this.kernel !== null) this.holdZeros(this.kernel.taps / 2 - 1)
  }

  /**
   * @param input any number of samples
   * @returns what can be computed so far: a view that the next call overwrites (at 16 kHz the input itself)
   */
  push(input: Float32Array): Float32Array {
    if (this.kernel === null) return input
    this.reserve(input.length)
    this.held.set(input, this.heldSamples)
    this.heldSamples += input.length
    this.inputTotal += input.length
    return this.drain(this.kernel, Infinity)
  }

  /** The rest, so that n inputs have given round(n · 16000 / rate) outputs. `reset` before the next `push`. */
  flush(): Float32Array {
    if (this.kernel === null) return this.out
    this.holdZeros(this.kernel.taps / 2)
    const outputsDue = Math.round((this.inputTotal * this.phasesPerInput) / this.stepPhases)
    return this.drain(this.kernel, outputsDue - this.outputTotal)
  }

  private drain(kernel: ResamplerKernel, maxOutputs: number): Float32Array {
    const { stepPhases, phasesPerInput } = this
    const possible = Math.ceil((this.heldSamples * phasesPerInput) / stepPhases) + 1
    if (this.out.length < possible) {
      this.out.fill(0)
      this.out = new Float32Array(possible)
    }
    let count = 0
    while (count < maxOutputs && this.windowStart + kernel.taps <= this.heldSamples) {
      this.out[count++] = this.interpolate(kernel)
      this.phase += stepPhases
      const advance = Math.floor(this.phase / phasesPerInput)
      this.windowStart += advance
      this.phase -= advance * phasesPerInput
    }
    this.outputTotal += count
    this.dropUsed()
    if (this.view.length !== count || this.view.buffer !== this.out.buffer) {
      this.view = this.out.subarray(0, count)
    }
    return this.view
  }

  private interpolate(kernel: ResamplerKernel): number {
    const { taps, table } = kernel
    if (!kernel.isInterpolated) return this.dot(table, this.phase * taps, taps)
    const position = (this.phase * kernel.phases) / this.phasesPerInput
    const row = Math.floor(position)
    const lower = this.dot(table, row * taps, taps)
    return lower + (position - row) * (this.dot(table, (row + 1) * taps, taps) - lower)
  }

  private dot(table: Float32Array, rowStart: number, taps: number): number {
    const { held, windowStart } = this
    // Four sums, since one alone would wait for each addition to finish: twice as fast.
    let sum0 = 0
    let sum1 = 0
    let sum2 = 0
    let sum3 = 0
    for (let tap = 0; tap < taps; tap += 4) {
      const row = rowStart + tap
      const input = windowStart + tap
      sum0 += table[row] * held[input]
      sum1 += table[row + 1] * held[input + 1]
      sum2 += table[row + 2] * held[input + 2]
      sum3 += table[row + 3] * held[input + 3]
    }
    return sum0 + sum1 + (sum2 + sum3)
  }

  private dropUsed(): void {
    const used = Math.min(this.windowStart, this.heldSamples)
    this.held.copyWithin(0, used, this.heldSamples)
    this.held.fill(0, this.heldSamples - used, this.heldSamples)
    this.heldSamples -= used
    this.windowStart -= used
  }

  private holdZeros(count: number): void {
    this.reserve(count)
    this.held.fill(0, this.heldSamples, this.heldSamples + count)
    this.heldSamples += count
  }

  private reserve(extra: number): void {
    const needed = this.heldSamples + extra
    if (needed <= this.held.length) return
    const grown = new Float32Array(Math.max(needed, 2 * this.held.length))
    grown.set(this.held.subarray(0, this.heldSamples))
    this.held.fill(0)
    this.held = grown
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}

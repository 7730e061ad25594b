import { FRAME_SAMPLES } from '../units.js'
import { levelDbfs } from './level.js'

/** The last frames of a stream with what the detector said of each, in a ring: nothing is allocated per frame. */
export class FrameHistory {
  /** Frames pushed so far: the index of the next one. */
  end = 0
  readonly #samples: Float32Array
  readonly #isSpeech: Uint8Array
  readonly #voicing: Float32Array
  readonly #acPower: Float64Array
  readonly #levelDbfs: Float64Array

  constructor(readonly capacityFrames: number) {
    this.#samples = new Float32Array(capacityFrames * FRAME_SAMPLES)
    this.#isSpeech = new Uint8Array(capacityFrames)
    this.#voicing = new Float32Array(capacityFrames)
    this.#acPower = new Float64Array(capacityFrames)
    this.#levelDbfs = new Float64Array(capacityFrames)
  }

  /** @param acPower mean square of the frame about its mean, full scale = 1 */
  push(samples: Float32Array, isSpeech: boolean, voicing: number, acPower: number): void {
    const slot = this.end % this.capacityFrames
    this.#samples.set(samples, slot * FRAME_SAMPLES)
    this.#isSpeech[slot] = isSpeech ? 1 : 0
    this.#voicing[slot] = voicing
    this.#acPower[slot] = acPower
    this.#levelDbfs[slot] = levelDbfs(acPower)
    this.end++
  }

  /** Index of the oldest frame still held. */
  get begin(): number {
    return Math.max(0, this.end - this.capacityFrames)
  }

  isSpeech(frame: number): boolean {
    return this.#isSpeech[frame % this.capacityFrames] === 1
  }

  voicing(frame: number): number {
    return this.#voicing[frame % this.capacityFrames]
  }

  acPower(frame: number): number {
    return this.#acPower[frame % this.capacityFrames]
  }

  levelDbfs(frame: number): number {
    return this.#levelDbfs[frame % this.capacityFrames]
  }

  speechFrames(from: number, to: number): number {
    let count = 0
    for (let frame = from; frame < to; frame++) if (this.isSpeech(frame)) count++
    return count
  }

  /** A copy of the samples of frames [from, to), all of them still held. */
  copy(from: number, to: number): Float32Array {
    const copy = new Float32Array((to - from) * FRAME_SAMPLES)
    for (let frame = from; frame < to; frame++) {
      const slot = (frame % this.capacityFrames) * FRAME_SAMPLES
      copy.set(this.#samples.subarray(slot, slot + FRAME_SAMPLES), (frame - from) * FRAME_SAMPLES)
    }
    return copy
  }

  /** Forgets all frames; no sample of them stays in memory. */
  reset(): void {
    for (const ring of [this.#samples, this.#isSpeech, this.#voicing, this.#acPower, this.#levelDbfs])
      ring.fill(0)
    this.end = 0
  }
}

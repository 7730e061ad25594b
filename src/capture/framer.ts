import { FRAME_SAMPLES } from '../units.js'
import type { AudioFrame } from './audio-source.js'

/**
 * Cuts samples that come in pieces of any size into frames of FRAME_SAMPLES. The frames do not depend on the
 * pieces. They share one buffer, which the next frame overwrites.
 */
export class Framer {
  private readonly samples = new Float32Array(FRAME_SAMPLES)
  private filled = 0
  private startSample = 0;

  /** Whole frames, each to be used before the next is asked for. Iterate to the end, or samples are lost. */
  *push(samples: Float32Array): Generator<AudioFrame> {
    let taken = 0
    while (taken < samples.length) {
      const count = Math.min(FRAME_SAMPLES - this.filled, samples.length - taken)
      this.samples.set(samples.subarray(taken, taken + count), this.filled)
      taken += count
      this.filled += count
      if (this.filled === FRAME_SAMPLES) yield this.complete()
    }
  }

  /** Like `push`, without a generator, so that nothing is allocated. */
  fill(samples: Float32Array, onFrame: (samples: Float32Array) => void): void {
    for (let i = 0; i < samples.length; i++) {
      this.samples[this.filled++] = samples[i]
      if (this.filled < FRAME_SAMPLES) continue
      this.filled = 0
      this.startSample += FRAME_SAMPLES
      onFrame(this.samples)
    }
  }

  /** Forgets the last frame and the samples short of one: the next ones begin a new frame. */
  drop(): void {
    this.samples.fill(0)
    this.filled = 0
  }

  /** The samples short of a frame, padded with zeros; nothing if there are none. The next frame follows on it. */
  *flush(): Generator<AudioFrame> {
    if (this.filled === 0) return
    this.samples.fill(0, this.filled)
    yield this.complete()
  }

  private complete(): AudioFrame {
    const frame = { samples: this.samples, startSample: this.startSample }
    this.startSample += FRAME_SAMPLES
    this.filled = 0
    return frame
  }
}

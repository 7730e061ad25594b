import { FEATURE_PARAMS, type FeatureParams } from './feature-params.js'
import { createMfccExtractor, type MfccExtractor } from './mfcc.js'

/**
 * Receives one frame's MFCCs, shape [nMfcc]: overwritten by the next frame, MUST NOT be retained.
 * `frameIndex` counts from the start of the stream; the frame covers the samples from frameIndex × hopSamples on.
 */
export type MfccSink = (coefficients: Float32Array, frameIndex: number) => void

/**
 * MFCCs of audio that comes in pieces. The frames are byte for byte those of `MfccExtractor.extract` over the whole
 * signal, whatever the pieces' sizes. Allocates nothing after construction.
 */
export class MfccStream {
  readonly params: FeatureParams
  readonly #extractor: MfccExtractor
  readonly #frame: Float32Array
  readonly #coefficients: Float32Array
  #filled = 0
  #framesEmitted = 0

  constructor(params: FeatureParams = FEATURE_PARAMS) {
    this.params = params
    this.#extractor = createMfccExtractor(params)
    this.#frame = new Float32Array(params.frameLengthSamples)
    this.#coefficients = new Float32Array(params.nMfcc)
  }

  /** @param samples any number of them, full scale = 1, finite; not retained */
  push(samples: Float32Array, sink: MfccSink): void {
    const { hopSamples, frameLengthSamples } = this.params
    for (let i = 0; i < samples.length; i++) {
      this.#frame[this.#filled++] = samples[i]
      if (this.#filled < frameLengthSamples) continue
      this.#extractor.frameInto(this.#frame, 0, this.#coefficients)
      this.#frame.copyWithin(0, hopSamples)
      this.#filled -= hopSamples
      sink(this.#coefficients, this.#framesEmitted++)
    }
  }

  /** Forgets the last samples, of which none stays in memory, and counts frames from 0 again. */
  reset(): void {
    this.#frame.fill(0)
    this.#coefficients.fill(0)
    this.#extractor.wipe()
    this.#filled = 0
    this.#framesEmitted = 0
  }
}

/** Decides, frame by frame, how much a frame looks like speech. Causal; keeps its own noise estimate. */
export interface Vad {
  /**
   * @param samples FRAME_SAMPLES samples, full scale = 1; not retained
   * @returns speech score in [0, 1]; 0 for digital silence
   */
  score(samples: Float32Array): number
  /** How periodic the last frame was, in [0, 1]: a voice is, noise is not. */
  readonly voicing: number
  /** Mean square of the last frame about its own mean, full scale = 1. */
  readonly acPower: number
  /** Present estimate of the background's level, dBFS. */
  readonly noiseDbfs: number
  /** Forgets everything heard. */
  reset(): void
}

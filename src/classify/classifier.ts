/** Which model made a decision. */
export interface ModelIdentity {
  readonly id: string
  /** SHA-256 of manifest.json, which itself names the SHA-256 of every other file; lower-case hex. */
  readonly sha256: string
}

/** Judges the emotion in one decision window. Not calibrated: see `affect/`. */
export interface Classifier {
  readonly model: ModelIdentity
  /** Class names, in the order of the logits. */
  readonly labels: readonly string[]
  /** Frames × coefficients that `classifyInto` takes. */
  readonly inputFrames: number
  readonly inputCoefficients: number
  /**
   * @param features normalised MFCCs, row-major, shape [inputFrames × inputCoefficients]
   * @param logits   shape [labels.length], overwritten, owned by the caller
   */
  classifyInto(features: Float32Array, logits: Float32Array): void
  /** Overwrites what the last window left in memory; absent where that is not in our hands. */
  wipe?(): void
}

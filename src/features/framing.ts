/** The part of FeatureParams that decides where frames lie. */
export interface Framing {
  readonly frameLengthSamples: number
  readonly hopSamples: number
}

/**
 * Whole frames in a signal: frame k covers the samples [k·hop, k·hop + length). Nothing is centred or padded,
 * so a frame never depends on what comes after it; the samples short of a whole frame at the end are not seen.
 */
export function frameCount(nSamples: number, params: Framing): number {
  if (nSamples < params.frameLengthSamples) return 0
  return 1 + Math.floor((nSamples - params.frameLengthSamples) / params.hopSamples)
}

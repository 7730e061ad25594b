/**
 * Share of neighbouring pairs of samples whose signs differ, 0 … 1; zero counts as positive. Times the sample rate it
 * is crossings a second. Digital silence and DC give 0.
 *
 * @param length samples from `offset` on; below 2 the rate is 0
 * @see Rabiner & Schafer 1978, "Digital Processing of Speech Signals", §4.3
 */
export function zeroCrossingRate(samples: Float32Array, offset: number, length: number): number {
  if (length < 2) return 0
  let crossings = 0
  for (let i = offset + 1; i < offset + length; i++) {
    if (samples[i] >= 0 !== samples[i - 1] >= 0) crossings++
  }
  return crossings / (length - 1)
}

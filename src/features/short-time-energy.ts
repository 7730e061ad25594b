/**
 * Mean square of a frame, full scale = 1: a full-scale sine has 0.5. 0 for an empty frame.
 *
 * @see Rabiner & Schafer 1978, "Digital Processing of Speech Signals", §4.2
 */
export function shortTimeEnergy(samples: Float32Array, offset: number, length: number): number {
  let sum = 0
  for (let i = offset; i < offset + length; i++) sum += samples[i] * samples[i]
  return length > 0 ? sum / length : 0
}

/** Root of the mean square. */
export function rmsLevel(samples: Float32Array, offset: number, length: number): number {
  return Math.sqrt(shortTimeEnergy(samples, offset, length))
}

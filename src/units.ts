/** Every stage after capture works at this rate, mono, full scale = 1. */
export const SAMPLE_RATE_HZ = 16_000

/** Hop of the feature front end and size of an `AudioFrame`: 20 ms. */
export const FRAME_SAMPLES = 320

export const FRAME_MS = (FRAME_SAMPLES * 1000) / SAMPLE_RATE_HZ

export function samplesToMs(samples: number): number {
  return (samples * 1000) / SAMPLE_RATE_HZ
}

/** Rounded to a whole frame, at least 1. */
export function msToFrames(ms: number): number {
  return Math.max(1, Math.round(ms / FRAME_MS))
}

/** Power (mean square, full scale = 1) in dB; −Infinity never: the floor is −120 dBFS. */
export function powerToDb(power: number): number {
  return 10 * Math.log10(Math.max(power, 1e-12))
}

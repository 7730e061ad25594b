import fc from 'fast-check'
import { FRAME_SAMPLES } from '../../src/units.js'

/** Samples up to 12 dB over full scale, and those that break careless arithmetic. */
export const arbitrarySample = fc.oneof(
  fc.float({ min: -4, max: 4, noNaN: true }),
  fc.constantFrom(0, 1, -1, 1e-38, -1e-45),
)

/** One to four frames of any samples. */
export const arbitraryFrames = fc
  .array(fc.array(arbitrarySample, { minLength: FRAME_SAMPLES, maxLength: FRAME_SAMPLES }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((frames) => frames.map((samples) => Float32Array.from(samples)))

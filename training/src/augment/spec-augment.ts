import type { Random } from '../random.js'

export interface SpecAugmentOptions {
  /** How many masks of each kind, and their greatest width. */
  readonly timeMasks: number
  readonly timeMaskFrames: number
  readonly coefficientMasks: number
  readonly coefficientMaskWidth: number
}

/**
 * Blanks stretches of time and of coefficients, in place. Zero is the mean of a normalised window.
 *
 * @param matrix row-major [frames × coefficients], normalised
 * @see Park et al. 2019
 */
export function maskSpectrum(
  matrix: Float32Array,
  frames: number,
  coefficients: number,
  options: SpecAugmentOptions,
  random: Random,
): void {
  for (let n = 0; n < options.timeMasks; n++) {
    const width = random.below(Math.min(options.timeMaskFrames, frames) + 1)
    const from = random.below(frames - width + 1)
    matrix.fill(0, from * coefficients, (from + width) * coefficients)
  }
  for (let n = 0; n < options.coefficientMasks; n++) {
    const width = random.below(Math.min(options.coefficientMaskWidth, coefficients) + 1)
    const from = random.below(coefficients - width + 1)
    for (let frame = 0; frame < frames; frame++) {
      matrix.fill(0, frame * coefficients + from, frame * coefficients + from + width)
    }
  }
}

/** A normal distribution's standard deviation over its median absolute deviation. */
const SIGMA_PER_MAD = 1.4826

/** Centre and width of a cue that a few odd blocks do not move. */
export interface RobustScale {
  readonly median: number
  /** 1.4826 times the median absolute deviation from the median: the standard deviation where it is normal. */
  readonly sigma: number
}

/**
 * @param values finite, at least one
 * @see Hampel 1974, "The influence curve and its role in robust estimation"
 */
export function robustScale(values: readonly number[]): RobustScale {
  const median = medianOf(values)
  return { median, sigma: SIGMA_PER_MAD * medianOf(values.map((value) => Math.abs(value - median))) }
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Functionals of a track: what a window's worth of a feature is summarised by. Zeros where `count` is 0. */
export interface Statistics {
  readonly count: number
  readonly mean: number
  /** Of the population (divided by count). */
  readonly std: number
  readonly min: number
  readonly max: number
  readonly p20: number
  readonly p50: number
  readonly p80: number
}

/**
 * @param track finite values, in any order
 * @see Eyben et al. 2016, "The Geneva Minimalistic Acoustic Parameter Set" (percentiles 20, 50, 80)
 */
export function statistics(track: ArrayLike<number>): Statistics {
  const sorted = Float64Array.from(track).sort()
  const count = sorted.length
  if (count === 0) return { count, mean: 0, std: 0, min: 0, max: 0, p20: 0, p50: 0, p80: 0 }
  let sum = 0
  for (const value of sorted) sum += value
  const mean = sum / count
  let squares = 0
  for (const value of sorted) squares += (value - mean) * (value - mean)
  return {
    count,
    mean,
    std: Math.sqrt(squares / count),
    min: sorted[0],
    max: sorted[count - 1],
    p20: percentile(sorted, 0.2),
    p50: percentile(sorted, 0.5),
    p80: percentile(sorted, 0.8),
  }
}

/**
 * Interpolated linearly between the order statistics (Hyndman & Fan 1996, type 7).
 *
 * @param sorted   ascending, not empty
 * @param fraction 0 … 1
 */
export function percentile(sorted: ArrayLike<number>, fraction: number): number {
  const position = fraction * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below] + (position - below) * (sorted[above] - sorted[below])
}

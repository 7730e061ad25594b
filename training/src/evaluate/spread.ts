/** Mean over folds (or seeds) with its spread. */
export interface Spread {
  readonly mean: number
  /** Sample standard deviation; 0 of a single value. */
  readonly sd: number
  /** Of how many values. */
  readonly count: number
}

export function spreadOf(values: readonly number[]): Spread {
  const count = values.length
  const mean = values.reduce((sum, x) => sum + x, 0) / Math.max(1, count)
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return { mean, sd: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count }
}

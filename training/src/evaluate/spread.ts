/** Mean over folds (or seeds) with its spread. */
export interface Spread {
  readonly mean: number
  /** Sample standard deviation; 0 of a single value. */
  readonly sd: number
}

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length)
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
}

/**
 * Sums of each column of a matrix, and of its products with another's, in double precision. Four rows at a time: the
 * accumulators are what a row-by-row loop would wait for.
 *
 * @param x row-major [rows × columns]
 * @param y the same shape
 */
export function columnProducts(
  x: Float32Array,
  y: Float32Array,
  columns: number,
): { readonly sum: Float64Array; readonly products: Float64Array } {
  const sum = new Float64Array(columns)
  const products = new Float64Array(columns)
  const end = x.length - (x.length % (4 * columns))
  for (let row = 0; row < end; row += 4 * columns) {
    for (let c = 0; c < columns; c++) {
      const i0 = row + c
      const i1 = i0 + columns
      const i2 = i1 + columns
      const i3 = i2 + columns
      const x0 = x[i0] as number
      const x1 = x[i1] as number
      const x2 = x[i2] as number
      const x3 = x[i3] as number
      sum[c] = (sum[c] as number) + (x0 + x1 + (x2 + x3))
      products[c] =
        (products[c] as number) +
        (x0 * (y[i0] as number) + x1 * (y[i1] as number) + (x2 * (y[i2] as number) + x3 * (y[i3] as number)))
    }
  }
  for (let i = end; i < x.length; i++) {
    const c = i % columns
    sum[c] = (sum[c] as number) + (x[i] as number)
    products[c] = (products[c] as number) + (x[i] as number) * (y[i] as number)
  }
  return { sum, products }
}

/** @param x row-major [rows × columns] */
export function columnSums(x: Float32Array, columns: number): Float32Array {
  const sum = new Float64Array(columns)
  for (let row = 0; row < x.length; row += columns) {
    for (let c = 0; c < columns; c++) sum[c] = (sum[c] as number) + (x[row + c] as number)
  }
  return Float32Array.from(sum)
}

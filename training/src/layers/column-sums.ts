import type * as tf from '@tensorflow/tfjs'
import { kernelOp } from '../tf/array-op.js'
import { NO_GATE, type Address } from '../tf/kernels.js'

/**
 * Sums of each column of a matrix, and of its products with another's, in double precision.
 *
 * @param x    its last axis is the columns
 * @param y    the same shape
 * @param gate the same shape: where it is not above zero, x counts as zero; null: everywhere as it is
 */
export function columnProducts(
  x: tf.Tensor,
  y: tf.Tensor,
  gate: tf.Tensor | null,
  columns: number,
): { readonly sum: Float64Array; readonly products: Float64Array } {
  const inputs = gate ? [x, y, gate] : [x, y]
  // Two float32 hold one double.
  const [made] = kernelOp(inputs, [[4 * columns]], (kernels, [own, other, open], [sums]) => {
    kernels.columnProducts(
      own as Address,
      other as Address,
      open ?? NO_GATE,
      sums as Address,
      x.size / columns,
      columns,
    )
  }) as [tf.Tensor]
  const sums = new Float64Array(made.dataSync<'float32'>().slice().buffer)
  made.dispose()
  return { sum: sums.subarray(0, columns), products: sums.subarray(columns) }
}

/** @param x row-major [rows × columns] */
export function columnSums(x: Float32Array, columns: number): Float32Array {
  const sum = new Float64Array(columns)
  for (let row = 0; row < x.length; row += columns) {
    for (let c = 0; c < columns; c++) sum[c] = (sum[c] as number) + (x[row + c] as number)
  }
  return Float32Array.from(sum)
}

import { elementCount } from '../../../src/nn/shapes.js'

/**
 * Reorders the axes of a row-major array.
 *
 * @param order axis of the source that each axis of the result is
 */
export function transpose<T extends Int8Array | Float32Array>(
  values: T,
  shape: readonly number[],
  order: readonly number[],
): T {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)))
  const sizes = order.map((axis) => shape[axis] as number)
  const steps = order.map((axis) => strides[axis] as number)
  const index = sizes.map(() => 0)
  const result = values.slice() as T
  let from = 0
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from] as number
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number
      if (++(index[axis] as number) < (sizes[axis] as number)) break
      from -= (steps[axis] as number) * (sizes[axis] as number)
      index[axis] = 0
    }
  }
  return result
}

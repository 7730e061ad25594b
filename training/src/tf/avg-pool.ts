import * as tf from '@tensorflow/tfjs'

/**
 * Average pooling without overlap or padding (a last partial window is dropped), with a gradient that repeats each
 * value over its window; the backend's own gradient kernel is several times slower.
 *
 * @param x [batch, height, width, channels]
 */
export function avgPool(x: tf.Tensor4D, kernel: readonly [number, number]): tf.Tensor4D {
  const [kh, kw] = kernel
  const [, height, width] = x.shape
  const outH = Math.floor(height / kh)
  const outW = Math.floor(width / kw)
  const op = tf.customGrad((...args) => {
    const [input] = args as unknown as [tf.Tensor4D]
    const gradFunc = (dy: tf.Tensor): tf.Tensor[] => {
      const spread = tf.image.resizeNearestNeighbor(tf.div(dy, kh * kw) as tf.Tensor4D, [
        outH * kh,
        outW * kw,
      ])
      return [
        tf.pad4d(spread, [
          [0, 0],
          [0, height - outH * kh],
          [0, width - outW * kw],
          [0, 0],
        ]),
      ]
    }
    return { value: tf.avgPool(input, [kh, kw], [kh, kw], 'valid'), gradFunc }
  })
  return op(x) as tf.Tensor4D
}

import * as tf from '@tensorflow/tfjs'
import type { SaveForGradient } from './save-for-gradient.js'
import { isSpanning, spanningConv2d } from './spanning-conv.js'

export interface ConvGeometry {
  readonly dilation: readonly [number, number]
  readonly padding: 'same' | 'valid'
}

/**
 * Channels-last 2-D convolution of stride 1 whose gradients are convolutions themselves. The WASM backend has no
 * gradient kernels for convolutions, and these forms run as fast as the forward pass.
 *
 * @param x      [batch, height, width, in]
 * @param filter [kernelHeight, kernelWidth, in, out]
 */
export function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  if (geometry.padding === 'valid' && isSpanning(x.shape, filter.shape)) return spanningConv2d(x, filter)
  const [dilationH, dilationW] = geometry.dilation
  const reachH = dilationH * (filter.shape[0] - 1)
  const reachW = dilationW * (filter.shape[1] - 1)
  const isSame = geometry.padding === 'same'
  // As TFLite: where the padding is odd, the extra row or column is at the end.
  const top = isSame ? Math.floor(reachH / 2) : 0
  const left = isSame ? Math.floor(reachW / 2) : 0
  const bottom = isSame ? reachH - top : 0
  const right = isSame ? reachW - left : 0

  const op = tf.customGrad((...args) => {
    const [input, weights, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, SaveForGradient]
    const padded = pad(input, top, bottom, left, right)
    save([padded, weights])
    const value = tf.conv2d(padded, weights, 1, 'valid', 'NHWC', [dilationH, dilationW])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedInput, savedWeights] = saved as [tf.Tensor4D, tf.Tensor4D]
      const dy4 = dy as tf.Tensor4D
      const flipped = tf.transpose(tf.reverse(savedWeights, [0, 1]), [0, 1, 3, 2])
      const dyPadded = pad(dy4, reachH - top, reachH - bottom, reachW - left, reachW - right)
      const dx = tf.conv2d(dyPadded, flipped, 1, 'valid', 'NHWC', [dilationH, dilationW])
      // dw[i, j, c, o] = Σ x[b, y + i·d, x + j·d, c] · dy[b, y, x, o]: a convolution over the batch, of stride d.
      const dw = tf.conv2d(
        tf.transpose(savedInput, [3, 1, 2, 0]),
        tf.transpose(dy4, [1, 2, 0, 3]),
        [dilationH, dilationW],
        'valid',
      )
      return [dx, tf.transpose(dw, [1, 2, 0, 3])]
    }
    return { value, gradFunc }
  })
  return op(x, filter) as tf.Tensor4D
}

function pad(x: tf.Tensor4D, top: number, bottom: number, left: number, right: number): tf.Tensor4D {
  if (top + bottom + left + right === 0) return x
  return tf.pad4d(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ])
}

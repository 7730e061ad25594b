import * as tf from '@tensorflow/tfjs'
import { kernelOp } from '../tf/array-op.js'
import type { Address, PatchGeometry } from '../tf/kernels.js'

export interface ConvGeometry {
  /** [time, coefficients] */
  readonly dilation: readonly [number, number]
  readonly padding: 'same' | 'valid'
}

export interface Convolution {
  readonly output: tf.Tensor4D
  backward(dOutput: tf.Tensor4D, needsInput: boolean): { dInput: tf.Tensor4D | null; dFilter: Float32Array }
}

/**
 * Channels-last 2-D convolution of stride 1. The backend has no gradient kernels for convolutions: the input's
 * gradient is a convolution with the filter turned round, the filter's a matrix product.
 *
 * @param x      [batch, height, width, in]
 * @param filter [kernelHeight, kernelWidth, in, out]
 */
export function convolve(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): Convolution {
  const [kernelH, kernelW, channels, outChannels] = filter.shape
  const [batch, height, width] = x.shape
  // A kernel over everything is one matrix product.
  if (kernelH > 1 && kernelH === height && kernelW === width && geometry.padding === 'valid') {
    const taps = height * width * channels
    const product = convolve(
      tf.reshape(x, [batch, 1, 1, taps]),
      tf.reshape(filter, [1, 1, taps, outChannels]),
      geometry,
    )
    return {
      output: product.output,
      backward(dOutput, needsInput) {
        const { dInput, dFilter } = product.backward(dOutput, needsInput)
        return { dInput: dInput && tf.reshape(dInput, [batch, height, width, channels]), dFilter }
      },
    }
  }
  // A kernel over all columns is one over time alone, whose channels are all columns' channels: far more arithmetic
  // a memory access.
  if (kernelW > 1 && kernelW === width && geometry.padding === 'valid') {
    const narrow = convolve(
      tf.reshape(x, [batch, height, 1, width * channels]),
      tf.reshape(filter, [kernelH, 1, width * channels, outChannels]),
      geometry,
    )
    return {
      output: narrow.output,
      backward(dOutput, needsInput) {
        const { dInput, dFilter } = narrow.backward(dOutput, needsInput)
        return { dInput: dInput && tf.reshape(dInput, [batch, height, width, channels]), dFilter }
      },
    }
  }
  const dilation: [number, number] = [...geometry.dilation]
  const reach = [dilation[0] * (kernelH - 1), dilation[1] * (kernelW - 1)] as const
  const { top, bottom, left, right } = paddingOf(geometry, reach)
  const output = tf.conv2d(x, filter, 1, explicit(top, bottom, left, right), 'NHWC', dilation)
  return {
    output,
    backward(dOutput, needsInput) {
      const [outH, outW] = [output.shape[1], output.shape[2]]
      const patches: PatchGeometry = [
        ...([batch, height, width, channels, kernelH, kernelW] as const),
        ...([...dilation, top, left, outH, outW] as const),
      ]
      const dFilter = filterGradient(x, dOutput, patches)
      if (!needsInput) return { dInput: null, dFilter }
      const turned = turnedFilter(filter)
      const pads = explicit(reach[0] - top, reach[0] - bottom, reach[1] - left, reach[1] - right)
      return { dInput: tf.conv2d(dOutput, turned, 1, pads, 'NHWC', dilation), dFilter }
    },
  }
}

/** As TFLite: where the padding is odd, the extra row or column is at the end. */
function paddingOf(
  { padding }: ConvGeometry,
  [reachH, reachW]: readonly [number, number],
): { top: number; bottom: number; left: number; right: number } {
  if (padding === 'valid') return { top: 0, bottom: 0, left: 0, right: 0 }
  const top = Math.floor(reachH / 2)
  const left = Math.floor(reachW / 2)
  return { top, bottom: reachH - top, left, right: reachW - left }
}

type Explicit = [[number, number], [number, number], [number, number], [number, number]]

function explicit(top: number, bottom: number, left: number, right: number): Explicit {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
}

/** Filter [height, width, in, out] turned by 180° with in and out exchanged. */
function turnedFilter(filter: tf.Tensor4D): tf.Tensor4D {
  const [kh, kw, channels, outChannels] = filter.shape
  const tapBytes = 4 * channels * outChannels
  const [turned] = kernelOp([filter], [[kh, kw, outChannels, channels]], (kernels, [from], [to]) => {
    for (let n = 0; n < kh * kw; n++) {
      const source = (from as Address) + (kh * kw - 1 - n) * tapBytes
      kernels.transpose(source, channels, outChannels, (to as Address) + n * tapBytes)
    }
  })
  return turned as tf.Tensor4D
}

/** The product of every value that each tap sees with the output's gradient; see `transposedPatches`. */
function filterGradient(x: tf.Tensor4D, dOutput: tf.Tensor4D, geometry: PatchGeometry): Float32Array {
  const [batch, height, width, channels, kernelH, kernelW, , , , , outH, outW] = geometry
  const positions = batch * outH * outW
  const taps = kernelH * kernelW * channels
  const gradient = tf.tidy(() => {
    const [patches] = kernelOp(
      [x],
      [[taps, positions], [channels * height * width]],
      (kernels, [from], [to, plane]) => {
        kernels.transposedPatches(from as Address, plane as Address, to as Address, ...geometry)
      },
    )
    const dy = tf.reshape(dOutput, [positions, -1]) as tf.Tensor2D
    return tf.matMul(patches as tf.Tensor2D, dy)
  })
  const values = gradient.dataSync<'float32'>()
  gradient.dispose()
  return values
}

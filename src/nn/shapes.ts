import type { Layer } from './manifest.js'

/** Where a window starts and how many there are along one axis. */
export interface Axis {
  readonly outputSize: number
  /** Taps of the first window that lie before the input; what 'same' needs more lies after it, as in TFLite. */
  readonly padBefore: number
}

/** One axis of a convolution or a pooling. `outputSize` is 0 or less if the window doesn't fit. */
export function convolutionAxis(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: 'same' | 'valid',
): Axis {
  const reach = (kernel - 1) * dilation + 1
  if (padding === 'valid') return { outputSize: Math.floor((size - reach) / stride) + 1, padBefore: 0 }
  const outputSize = Math.ceil(size / stride)
  return { outputSize, padBefore: Math.floor(Math.max(0, (outputSize - 1) * stride + reach - size) / 2) }
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** What the shape of a layer's output follows from. */
export type LayerGeometry = Layer extends infer L
  ? L extends { readonly weights: unknown }
    ? Omit<L, 'weights' | 'output_shape' | 'output' | 'name'> & {
        readonly weights: { readonly shape: readonly number[] }
      }
    : Omit<L, 'output_shape' | 'output' | 'name'>
  : never

const POOLING = { dilation: [1, 1], padding: 'valid' } as const

/** @returns the shape of the layer's output, or null if it cannot take this input */
export function outputShape(layer: LayerGeometry, input: readonly number[]): readonly number[] | null {
  if (layer.op === 'dense') return [layer.weights.shape[0]!]
  const [height, width, channels] = input
  if (height === undefined || width === undefined || channels === undefined) return null
  if (layer.op === 'stats_pool') return [2 * width * channels]
  if (layer.op === 'reshape') return elementCount(layer.shape) === elementCount(input) ? layer.shape : null

  const { dilation, padding } = 'dilation' in layer ? layer : POOLING
  const rows = convolutionAxis(height, layer.kernel[0], layer.stride[0], dilation[0], padding).outputSize
  const columns = convolutionAxis(width, layer.kernel[1], layer.stride[1], dilation[1], padding).outputSize
  if (rows < 1 || columns < 1) return null
  return [rows, columns, layer.op === 'conv2d' ? layer.weights.shape[0]! : channels]
}

/** @returns the shape that the layer's weights must have, or null if it has none; out channels are free */
export function weightsShape(layer: LayerGeometry, input: readonly number[]): readonly number[] | null {
  switch (layer.op) {
    case 'conv2d':
      return [layer.weights.shape[0]!, layer.kernel[0], layer.kernel[1], input[2]!]
    case 'depthwise_conv2d':
      return [layer.kernel[0], layer.kernel[1], input[2]!]
    case 'dense':
      return [layer.weights.shape[0]!, elementCount(input)]
    case 'max_pool2d':
    case 'avg_pool2d':
    case 'stats_pool':
    case 'reshape':
      return null
  }
}

/** Channels with a scale and a bias of their own. */
export function outputChannels(layer: LayerGeometry): number {
  if (layer.op === 'conv2d' || layer.op === 'dense') return layer.weights.shape[0]!
  return layer.op === 'depthwise_conv2d' ? layer.weights.shape[2]! : 0
}

/** Input values that one output value of the layer is made of. */
export function layerTaps(layer: LayerGeometry, input: readonly number[]): number {
  switch (layer.op) {
    case 'conv2d':
    case 'dense':
      return elementCount(layer.weights.shape.slice(1))
    case 'depthwise_conv2d':
    case 'max_pool2d':
    case 'avg_pool2d':
      return layer.kernel[0] * layer.kernel[1]
    case 'stats_pool':
      return input[0]!
    case 'reshape':
      return 1
  }
}

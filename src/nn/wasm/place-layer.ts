import type { Address, MemoryPlan } from '../../wasm-module.js'
import type { LayerConstants, TensorType } from '../kernel.js'
import { layerConstants } from '../layer-constants.js'
import type { Conv2dLayer, DepthwiseConv2dLayer, Layer, StatsPoolLayer } from '../manifest.js'
import { ROOT_FRACTION } from '../reference/stats-pool.js'
import { channelMultipliers, quantizeMultiplier } from '../requantize.js'
import { convolutionAxis, elementCount } from '../shapes.js'
import type { LayerKernels } from './int8-exports.js'
import { GROUP, placeRequantisation, wholeGroups } from './requantisation.js'

/** A layer whose constants have their place in the engine's memory. */
export interface PlacedLayer {
  readonly kernel: keyof LayerKernels
  /** What the kernel is called with. */
  readonly address: Address
}

/** Output positions of a convolution that are computed together. */
const POSITIONS = 4

export function placeLayer(
  plan: MemoryPlan,
  layer: Exclude<Layer, { op: 'reshape' }>,
  input: TensorType,
  weights: Uint8Array,
): PlacedLayer {
  switch (layer.op) {
    case 'conv2d':
      return placeConv2d(plan, layer, input, layerConstants(layer.weights, weights))
    case 'dense': {
      // One position that sees everything.
      const inputs = elementCount(input.shape)
      const [units] = layer.output_shape as [number]
      const asConv: Conv2dLayer = {
        ...layer,
        op: 'conv2d',
        kernel: [1, 1],
        stride: [1, 1],
        dilation: [1, 1],
        padding: 'valid',
        output_shape: [1, 1, units],
      }
      const constants = layerConstants(layer.weights, weights)
      return placeConv2d(plan, asConv, { ...input, shape: [1, 1, inputs] }, constants)
    }
    case 'depthwise_conv2d':
      return placeDepthwise(plan, layer, input, layerConstants(layer.weights, weights))
    case 'avg_pool2d':
    case 'max_pool2d': {
      const [, width, channels] = input.shape as [number, number, number]
      const [outHeight, outWidth] = layer.output_shape as [number, number, number]
      return {
        kernel: layer.op === 'avg_pool2d' ? 'avgPool2d' : 'maxPool2d',
        address: plan.place(
          Int32Array.of(width, channels, outHeight, outWidth, ...layer.kernel, ...layer.stride),
        ),
      }
    }
    case 'stats_pool':
      return placeStatsPool(plan, layer, input)
  }
}

/** `Conv2d` of src/nn/assembly/int8/conv2d.ts. */
function placeConv2d(
  plan: MemoryPlan,
  layer: Conv2dLayer,
  input: TensorType,
  constants: LayerConstants,
): PlacedLayer {
  const [height, width, inChannels] = input.shape as [number, number, number]
  const [outHeight, outWidth, outChannels] = layer.output_shape as [number, number, number]
  const { kernel, stride, dilation, padding } = layer
  const vertical = convolutionAxis(height, kernel[0], stride[0], dilation[0], padding)
  const horizontal = convolutionAxis(width, kernel[1], stride[1], dilation[1], padding)
  const reach = (axis: 0 | 1, outputs: number): number =>
    (outputs - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1
  const imageHeight = Math.max(vertical.padBefore + height, reach(0, outHeight))
  const imageWidth = Math.max(horizontal.padBefore + width, reach(1, outWidth))
  const pixelBytes = 2 * inChannels
  const imageRowBytes = imageWidth * pixelBytes
  const patches = new Int32Array(POSITIONS * Math.ceil((outHeight * outWidth) / POSITIONS))
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      patches[y * outWidth + x] = y * stride[0] * imageRowBytes + x * stride[1] * pixelBytes
    }
  }
  const runs = runsOf(layer, inChannels)
  const address = plan.place(
    Int32Array.of(
      plan.place(packRuns(constants.weights, outChannels, runs)),
      placeBiases(plan, constants),
      placeSums(plan, layer, input),
      plan.reserve(imageHeight * imageRowBytes),
      vertical.padBefore * imageRowBytes + horizontal.padBefore * pixelBytes,
      imageRowBytes,
      width * inChannels,
      height,
      plan.place(
        Int32Array.from(
          runs.corners,
          ([y, x]) => y * dilation[0] * imageRowBytes + x * dilation[1] * pixelBytes,
        ),
      ),
      runs.corners.length,
      2 * evenTaps(runs.taps),
      plan.place(patches),
      outHeight * outWidth,
      outChannels,
      input.zero_point,
    ),
  )
  return { kernel: 'conv2d', address }
}

/** The taps of a kernel that lie side by side in the image: its rows, or, where it is dilated, its single columns. */
interface Runs {
  /** Kernel row and column of each run's first tap. */
  readonly corners: readonly (readonly [y: number, x: number])[]
  readonly taps: number
}

function runsOf({ kernel, dilation }: Conv2dLayer, inChannels: number): Runs {
  const rows = Array.from({ length: kernel[0] }, (_, y) => y)
  if (dilation[1] === 1) return { corners: rows.map((y) => [y, 0]), taps: kernel[1] * inChannels }
  const corners = rows.flatMap((y) => Array.from({ length: kernel[1] }, (_, x): [number, number] => [y, x]))
  return { corners, taps: inChannels }
}

/** `DepthwiseConv2d` of src/nn/assembly/int8/depthwise-conv2d.ts. */
function placeDepthwise(
  plan: MemoryPlan,
  layer: DepthwiseConv2dLayer,
  input: TensorType,
  constants: LayerConstants,
): PlacedLayer {
  const [height, width, channels] = input.shape as [number, number, number]
  const [outHeight, outWidth] = layer.output_shape as [number, number, number]
  const taps = layer.kernel[0] * layer.kernel[1]
  const columns = wholeGroups(channels)
  const filledUp = new Int16Array(taps * columns)
  for (let tap = 0; tap < taps; tap++) {
    filledUp.set(constants.weights.subarray(tap * channels, (tap + 1) * channels), tap * columns)
  }
  const address = plan.place(
    Int32Array.of(
      plan.place(filledUp),
      placeBiases(plan, constants),
      placeSums(plan, layer, input),
      height,
      width,
      channels,
      outHeight,
      outWidth,
      ...axesOf(layer, height, width),
      input.zero_point,
    ),
  )
  return { kernel: 'depthwiseConv2d', address }
}

/** `StatsPool` of src/nn/assembly/int8/stats-pool.ts. */
function placeStatsPool(plan: MemoryPlan, layer: StatsPoolLayer, input: TensorType): PlacedLayer {
  const [height, width, channels] = input.shape as [number, number, number]
  const { scale, zero_point: zeroPoint } = layer.output
  const placeRatio = (ratio: number): Address => {
    const { multiplier, shift } = quantizeMultiplier(ratio)
    const fixed = { multipliers: Int32Array.of(multiplier), shifts: Int8Array.of(shift) }
    return placeRequantisation(plan, fixed, zeroPoint, -128)
  }
  const mean = placeRatio(input.scale / (height * scale))
  const deviation = placeRatio(input.scale / (height * ROOT_FRACTION * scale))
  const address = plan.place(Int32Array.of(mean, deviation, height, width * channels, input.zero_point))
  return { kernel: 'statsPool', address }
}

/** Kernel, strides, dilations and padding, in the kernels' order. */
function axesOf(
  { kernel, stride, dilation, padding }: Conv2dLayer | DepthwiseConv2dLayer,
  height: number,
  width: number,
): number[] {
  const vertical = convolutionAxis(height, kernel[0], stride[0], dilation[0], padding)
  const horizontal = convolutionAxis(width, kernel[1], stride[1], dilation[1], padding)
  return [...kernel, ...stride, ...dilation, vertical.padBefore, horizontal.padBefore]
}

function placeBiases(plan: MemoryPlan, { biases }: LayerConstants): Address {
  const filledUp = new Int32Array(wholeGroups(biases.length))
  filledUp.set(biases)
  return plan.place(filledUp)
}

function placeSums(
  plan: MemoryPlan,
  { weights, output, activation }: Conv2dLayer | DepthwiseConv2dLayer,
  input: TensorType,
): Address {
  const multipliers = channelMultipliers(input.scale, weights.scales, output.scale)
  return placeRequantisation(
    plan,
    multipliers,
    output.zero_point,
    activation === 'relu' ? output.zero_point : -128,
  )
}

/**
 * [channels, runs, taps] to [groups of channels, runs, pairs of taps, 8 channels, 2]. An odd tap at the end of a run has
 * no partner: its weight is 0, whatever lies beside it in the image.
 */
function packRuns(weights: Int8Array, channels: number, { corners, taps }: Runs): Int16Array {
  const runLength = GROUP * evenTaps(taps)
  const packed = new Int16Array((wholeGroups(channels) / GROUP) * corners.length * runLength)
  let from = 0
  for (let channel = 0; channel < channels; channel++) {
    const group = Math.floor(channel / GROUP)
    const lane = channel % GROUP
    for (let run = 0; run < corners.length; run++) {
      const to = (group * corners.length + run) * runLength
      for (let tap = 0; tap < taps; tap++) {
        packed[to + (tap >> 1) * 2 * GROUP + 2 * lane + (tap & 1)] = weights[from++]!
      }
    }
  }
  return packed
}

function evenTaps(taps: number): number {
  return taps + (taps & 1)
}

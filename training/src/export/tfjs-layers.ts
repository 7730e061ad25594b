import type { TensorType } from '../../../src/nn/kernel.js'
import { layerConstants } from '../../../src/nn/layer-constants.js'
import type {
  Conv2dLayer,
  DenseLayer,
  DepthwiseConv2dLayer,
  Layer,
  Pool2dLayer,
  Quantization,
  StatsPoolLayer,
} from '../../../src/nn/manifest.js'
import { convolutionAxis, elementCount } from '../../../src/nn/shapes.js'
import type { ExportedLayer } from './exported-network.js'
import { attribute, type Attributes, type TfjsGraph } from './tfjs-graph.js'
import { transpose } from './transpose.js'

const { flag, integer, integers, number, text, texts } = attribute

/** What every layer is written into. */
interface Place {
  readonly graph: TfjsGraph
  readonly name: string
  /** Node of the layer's input: the integers q − zero point as floats, so that padding is plain zero. */
  readonly value: string
  readonly input: TensorType
  /** All of weights.bin. */
  readonly weights: Uint8Array
}

/**
 * Writes one layer. TensorFlow.js computes in float32, in which every accumulator below 2^24 is exact, so the nodes
 * follow the engine's own integer arithmetic: they differ by a step where a float32 product falls on the other side
 * of a rounding boundary, and nowhere else.
 *
 * @param value node of the layer's input
 * @returns the node of its output, in the same form
 */
export function addTfjsLayer(
  graph: TfjsGraph,
  { name, layer, input }: ExportedLayer,
  value: string,
  weights: Uint8Array,
): string {
  const place: Place = { graph, name, value, input, weights }
  switch (layer.op) {
    case 'conv2d':
      return addConv2d(place, layer)
    case 'depthwise_conv2d':
      return addDepthwiseConv2d(place, layer)
    case 'dense':
      return addDense(place, layer)
    case 'max_pool2d':
      return graph.node(name, 'MaxPool', [value], poolAttributes(layer))
    case 'avg_pool2d':
      return addAvgPool2d(place, layer)
    case 'stats_pool':
      return addStatsPool(place, layer)
    case 'reshape':
      return graph.node(name, 'Reshape', [value, graph.integers(`${name}/shape`, [-1, ...layer.shape])])
  }
}

/** Real values to q − zero point. */
export function addTfjsInput(graph: TfjsGraph, value: string, { scale, zero_point }: Quantization): string {
  const steps = graph.node('input/steps', 'Mul', [value, graph.number(1 / scale)])
  return addRounding(graph, 'input', steps, -128 - zero_point, 127 - zero_point)
}

function addConv2d(place: Place, layer: Conv2dLayer): string {
  const { values } = constantsOf(place, layer)
  const [outputs, height, width, inputs] = layer.weights.shape as [number, number, number, number]
  const filter = withZeros(
    { values: transpose(values, layer.weights.shape, [1, 2, 3, 0]), shape: [height, width, inputs, outputs] },
    layer,
    place.input,
  )
  return addWeighted(place, layer, '_FusedConv2D', filter, convolutionAttributes(layer))
}

function addDepthwiseConv2d(place: Place, layer: DepthwiseConv2dLayer): string {
  const { values } = constantsOf(place, layer)
  const filter = withZeros({ values, shape: [...layer.weights.shape, 1] }, layer, place.input)
  return addWeighted(place, layer, 'FusedDepthwiseConv2dNative', filter, convolutionAttributes(layer))
}

function addDense(place: Place, layer: DenseLayer): string {
  const { graph, name, input } = place
  const { values } = constantsOf(place, layer)
  const [outputs, inputs] = layer.weights.shape as [number, number]
  const flat =
    input.shape.length === 1
      ? place.value
      : graph.node(`${name}/flat`, 'Reshape', [
          place.value,
          graph.integers(`${name}/flat_shape`, [-1, elementCount(input.shape)]),
        ])
  const filter = { values: transpose(values, layer.weights.shape, [1, 0]), shape: [inputs, outputs] }
  return addWeighted({ ...place, value: flat }, layer, '_FusedMatMul', filter, {
    transpose_a: flag(false),
    transpose_b: flag(false),
  })
}

type WeightedLayer = Conv2dLayer | DepthwiseConv2dLayer | DenseLayer

function constantsOf({ weights }: Place, layer: WeightedLayer) {
  const { weights: values, biases } = layerConstants(layer.weights, weights)
  return { values, biases }
}

/** The accumulators, then their requantisation: floor(acc × multiplier + ½), clamped. */
function addWeighted(
  place: Place,
  layer: WeightedLayer,
  op: string,
  filter: Filter,
  attributes: Attributes,
): string {
  const { graph, name, value, input } = place
  const { scale, zero_point: zeroPoint } = layer.output
  const sums = graph.node(
    `${name}/sums`,
    op,
    [
      value,
      graph.int8(`${name}/weights`, filter.values, filter.shape),
      graph.floats(`${name}/biases`, constantsOf(place, layer).biases),
    ],
    { ...attributes, fused_ops: texts(['BiasAdd']), num_args: integer(1), epsilon: number(0) },
  )
  const multipliers = layer.weights.scales.map((weightScale) => (input.scale * weightScale) / scale)
  const steps = graph.node(`${name}/steps`, 'Mul', [sums, graph.floats(`${name}/multipliers`, multipliers)])
  const lowest = layer.activation === 'relu' ? 0 : -128 - zeroPoint
  return addRounding(graph, name, steps, lowest, 127 - zeroPoint)
}

function addRounding(
  graph: TfjsGraph,
  name: string,
  steps: string,
  lowest: number,
  highest: number,
  half = 0.5,
): string {
  const shifted = graph.node(`${name}/shifted`, 'AddV2', [steps, graph.number(half)])
  const rounded = graph.node(`${name}/rounded`, 'Floor', [shifted])
  return graph.node(name, 'ClipByValue', [rounded, graph.number(lowest), graph.number(highest)])
}

/** Means of integers are multiples of 1/n: a quarter of that more than ½ lets no float32 error undo a tie. */
function addAvgPool2d({ graph, name, value }: Place, layer: Pool2dLayer): string {
  const mean = graph.node(`${name}/mean`, 'AvgPool', [value], poolAttributes(layer))
  const { zero_point: zeroPoint } = layer.output
  const count = layer.kernel[0] * layer.kernel[1]
  return addRounding(graph, name, mean, -128 - zeroPoint, 127 - zeroPoint, 0.5 + 0.25 / count)
}

/** The deviation is a root of float32 here, of a 2^−8 step in the engine: a 2^−8/T part of a step apart. */
function addStatsPool({ graph, name, value, input }: Place, layer: StatsPoolLayer): string {
  const overTime = graph.integers(`${name}/time`, [1])
  const mean = (node: string, of: string, keep: boolean) =>
    graph.node(`${name}/${node}`, 'Mean', [of, overTime], { keep_dims: flag(keep) })
  const kept = mean('mean_kept', value, true)
  const squares = graph.node(`${name}/squares`, 'SquaredDifference', [value, kept])
  const deviation = graph.node(`${name}/deviation`, 'Sqrt', [mean('variance', squares, false)])
  const columns = graph.integers(`${name}/columns`, [-1, elementCount(input.shape.slice(1))])
  const flat = [mean('mean', value, false), deviation].map((node, index) =>
    graph.node(`${name}/flat_${index}`, 'Reshape', [node, columns]),
  )
  const joined = graph.node(
    `${name}/joined`,
    'ConcatV2',
    [...flat, graph.integers(`${name}/axis`, [1], [])],
    { N: integer(flat.length) },
  )
  const { scale, zero_point: zeroPoint } = layer.output
  const steps = graph.node(`${name}/steps`, 'Mul', [joined, graph.number(input.scale / scale)])
  return addRounding(graph, name, steps, -128 - zeroPoint, 127 - zeroPoint)
}

interface Filter {
  readonly values: Int8Array
  /** [height, width, …] */
  readonly shape: readonly number[]
}

type Convolution = Conv2dLayer | DepthwiseConv2dLayer

function hasStride({ stride }: Convolution): boolean {
  return stride.some((step) => step > 1)
}

/**
 * The filter of a layer with a stride as TensorFlow.js takes it, with zeros for taps that are not there: it refuses a
 * dilation beside a stride, and its 'same' pads by less than nothing where the last window ends before the input
 * does.
 */
function withZeros({ values, shape }: Filter, layer: Convolution, input: TensorType): Filter {
  if (!hasStride(layer)) return { values, shape }
  const [height, width, ...rest] = shape as [number, number, ...number[]]
  const [high, wide] = [writtenTaps(layer, input, 0), writtenTaps(layer, input, 1)]
  const tap = elementCount(rest)
  const result = new Int8Array(high * wide * tap)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * tap
      const to = (y * layer.dilation[0] * wide + x * layer.dilation[1]) * tap
      result.set(values.subarray(from, from + tap), to)
    }
  }
  return { values: result, shape: [high, wide, ...rest] }
}

function writtenTaps(
  { kernel, stride, dilation, padding }: Convolution,
  input: TensorType,
  axis: 0 | 1,
): number {
  const reach = (kernel[axis] - 1) * dilation[axis] + 1
  if (padding === 'valid') return reach
  const size = input.shape[axis] as number
  const { outputSize } = convolutionAxis(size, kernel[axis], stride[axis], dilation[axis], padding)
  return Math.max(reach, size - (outputSize - 1) * stride[axis])
}

function convolutionAttributes(layer: Convolution) {
  const [dilationY, dilationX] = hasStride(layer) ? [1, 1] : layer.dilation
  return {
    strides: integers([1, ...layer.stride, 1]),
    dilations: integers([1, dilationY, dilationX, 1]),
    padding: text(layer.padding.toUpperCase()),
    data_format: text('NHWC'),
  }
}

function poolAttributes({ kernel, stride }: Extract<Layer, Pool2dLayer>) {
  return {
    ksize: integers([1, ...kernel, 1]),
    strides: integers([1, ...stride, 1]),
    padding: text('VALID'),
    data_format: text('NHWC'),
  }
}

import type { TensorType } from '../../../src/nn/kernel.js'
import { layerConstants } from '../../../src/nn/layer-constants.js'
import type {
  Conv2dLayer,
  DenseLayer,
  DepthwiseConv2dLayer,
  Pool2dLayer,
  ReshapeLayer,
  StatsPoolLayer,
} from '../../../src/nn/manifest.js'
import { convolutionAxis, elementCount } from '../../../src/nn/shapes.js'
import type { ExportedLayer } from './exported-network.js'
import type { OnnxGraph } from './onnx-graph.js'
import { transpose } from './transpose.js'

/** What every layer is written into. */
interface Place {
  readonly graph: OnnxGraph
  readonly name: string
  /** The layer's int8 input: [batch, channels, height, width], or [batch, units]. */
  readonly value: string
  readonly input: TensorType
  /** All of weights.bin. */
  readonly weights: Uint8Array
}

/**
 * Writes one layer in ONNX's quantised operators. Their rule rounds ties to even where the engine rounds them up;
 * beside pooling, where ties are common and mended, a tie takes a product of three scales that lands on one.
 *
 * @param value the layer's int8 input, channels first
 * @returns its int8 output, channels first
 */
export function addOnnxLayer(
  graph: OnnxGraph,
  { name, layer, input }: ExportedLayer,
  value: string,
  weights: Uint8Array,
): string {
  const place: Place = { graph, name, value, input, weights }
  switch (layer.op) {
    case 'conv2d':
      return addConvolution(place, layer, [0, 3, 1, 2], 1)
    case 'depthwise_conv2d':
      return addConvolution(place, layer, [2, 0, 1], layer.weights.shape[2] as number)
    case 'dense':
      return addDense(place, layer)
    case 'max_pool2d':
      return graph.node(name, 'MaxPool', [value], poolAttributes(layer))
    case 'avg_pool2d':
      return addAvgPool2d(place, layer)
    case 'stats_pool':
      return addStatsPool(place, layer)
    case 'reshape':
      return addReshape(place, layer)
  }
}

/** Real values, channels last, to int8, channels first. */
export function addOnnxInput(graph: OnnxGraph, value: string, quantization: TensorType): string {
  const quantized = graph.node('input/quantized', 'QuantizeLinear', [
    value,
    ...graph.quantization(quantization),
  ])
  return graph.node('input/channels_first', 'Transpose', [quantized], { perm: [0, 3, 1, 2] })
}

/** int8, channels first, to real values, channels last. */
export function addOnnxOutput(graph: OnnxGraph, value: string, quantization: TensorType): string {
  const last = channelsLast(graph, 'output', value, quantization)
  return graph.node('logits', 'DequantizeLinear', [last, ...graph.quantization(quantization)])
}

/** @param order of the weights' axes that gives [outputs, inputs of a group, height, width] */
function addConvolution(
  place: Place,
  layer: Conv2dLayer | DepthwiseConv2dLayer,
  order: readonly number[],
  group: number,
): string {
  const [height, width] = place.input.shape as [number, number]
  const { kernel, stride, dilation, padding } = layer
  const rows = convolutionAxis(height, kernel[0], stride[0], dilation[0], padding)
  const columns = convolutionAxis(width, kernel[1], stride[1], dilation[1], padding)
  const after = (size: number, axis: typeof rows, dimension: 0 | 1): number => {
    const reach =
      (axis.outputSize - 1) * stride[dimension] + (kernel[dimension] - 1) * dilation[dimension] + 1
    return Math.max(0, reach - size - axis.padBefore)
  }
  const { weights: values, biases } = layerConstants(layer.weights, place.weights)
  return addQLinearConv(place, layer, transpose(values, layer.weights.shape, order), biases, {
    kernel_shape: kernel,
    strides: stride,
    dilations: dilation,
    pads: [rows.padBefore, columns.padBefore, after(height, rows, 0), after(width, columns, 1)],
    group,
  })
}

/** A convolution over one point: unlike QLinearMatMul it takes int32 biases. */
function addDense(place: Place, layer: DenseLayer): string {
  const { graph, name, input } = place
  const point = graph.int64(`${name}/point`, [-1, elementCount(input.shape), 1, 1])
  const flat = graph.node(`${name}/flat`, 'Reshape', [channelsLast(graph, name, place.value, input), point])
  const { weights: values, biases } = layerConstants(layer.weights, place.weights)
  const units = addQLinearConv({ ...place, name: `${name}/units`, value: flat }, layer, values, biases, {
    kernel_shape: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    group: 1,
  })
  return graph.node(name, 'Reshape', [units, graph.int64(`${name}/shape`, [-1, ...layer.output_shape])])
}

interface ConvolutionAttributes extends Readonly<Record<string, number | readonly number[]>> {
  readonly kernel_shape: readonly [number, number]
}

/** @param values [outputs, inputs of a group, height, width] */
function addQLinearConv(
  { graph, name, value, input }: Place,
  layer: Conv2dLayer | DepthwiseConv2dLayer | DenseLayer,
  values: Int8Array,
  biases: Int32Array,
  attributes: ConvolutionAttributes,
): string {
  const outputs = biases.length
  const taps = elementCount(attributes.kernel_shape)
  const shape = [outputs, values.length / (outputs * taps), ...attributes.kernel_shape]
  const clamped = layer.activation === 'relu' && layer.output.zero_point > -128
  const sums = graph.node(
    clamped ? `${name}/linear` : name,
    'QLinearConv',
    [
      value,
      ...graph.quantization(input),
      graph.int8(`${name}/weights`, values, shape),
      graph.floats(`${name}/weight_scales`, layer.weights.scales),
      graph.int8(`${name}/weight_zero_points`, new Int8Array(outputs)),
      ...graph.quantization(layer.output),
      graph.int32(`${name}/biases`, biases),
    ],
    attributes,
  )
  // With the zero point at −128, int8's own limit is the ReLU.
  return clamped ? graph.node(name, 'Clip', [sums, graph.scalar('int8', layer.output.zero_point)]) : sums
}

/** Means of integers are multiples of 1/n steps: a quarter of that more makes a tie round up, as in the engine. */
function addAvgPool2d({ graph, name, value, input }: Place, layer: Pool2dLayer): string {
  const quantization = graph.quantization(input)
  const real = graph.node(`${name}/real`, 'DequantizeLinear', [value, ...quantization])
  const mean = graph.node(`${name}/mean`, 'AveragePool', [real], poolAttributes(layer))
  const nudge = graph.scalar('float32', (0.25 / elementCount(layer.kernel)) * input.scale)
  const nudged = graph.node(`${name}/nudged`, 'Add', [mean, nudge])
  return graph.node(name, 'QuantizeLinear', [nudged, ...quantization])
}

function addStatsPool({ graph, name, value, input }: Place, layer: StatsPoolLayer): string {
  const last = channelsLast(graph, name, value, input)
  const real = graph.node(`${name}/real`, 'DequantizeLinear', [last, ...graph.quantization(input)])
  const overTime = { axes: [1], keepdims: 1 }
  const mean = graph.node(`${name}/mean`, 'ReduceMean', [real], overTime)
  const centred = graph.node(`${name}/centred`, 'Sub', [real, mean])
  const squares = graph.node(`${name}/squares`, 'Mul', [centred, centred])
  const variance = graph.node(`${name}/variance`, 'ReduceMean', [squares], overTime)
  const deviation = graph.node(`${name}/deviation`, 'Sqrt', [variance])
  const joined = graph.node(`${name}/joined`, 'Concat', [mean, deviation], { axis: 1 })
  const shape = graph.int64(`${name}/shape`, [-1, ...layer.output_shape])
  const flat = graph.node(`${name}/flat`, 'Reshape', [joined, shape])
  return graph.node(name, 'QuantizeLinear', [flat, ...graph.quantization(layer.output)])
}

function addReshape({ graph, name, value, input }: Place, { shape }: ReshapeLayer): string {
  const target = graph.int64(`${name}/shape`, [-1, ...shape])
  const reshaped = graph.node(`${name}/reshaped`, 'Reshape', [
    channelsLast(graph, name, value, input),
    target,
  ])
  return graph.node(name, 'Transpose', [reshaped], { perm: [0, 3, 1, 2] })
}

function channelsLast(graph: OnnxGraph, name: string, value: string, { shape }: TensorType): string {
  if (shape.length === 1) return value
  return graph.node(`${name}/channels_last`, 'Transpose', [value], { perm: [0, 2, 3, 1] })
}

function poolAttributes({ kernel, stride }: Pool2dLayer) {
  return { kernel_shape: kernel, strides: stride }
}

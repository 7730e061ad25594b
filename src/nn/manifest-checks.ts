import { ModelError } from '../errors.js'
import type { TensorType } from './kernel.js'
import type { Layer, ModelManifest, WeightsRef } from './manifest.js'
import { MAX_SHIFT } from './requantize.js'
import { elementCount, layerTaps, outputChannels, outputShape, weightsShape } from './shapes.js'

/** Products summed into one accumulator: with |weight| ≤ 127 and |input − zero point| ≤ 255 just under 2^31. */
const MAX_TAPS = 2 ** 16
/** Rows that `stats_pool` can sum squares over without leaving int32. */
const MAX_STATS_ROWS = 256
const MAX_TENSOR_ELEMENTS = 2 ** 22
/** Seconds of the reference engine; a thousand times what a small board can run live. */
const MAX_WORK = 2 ** 31

/**
 * What must hold between the parts of a manifest: each layer takes the shape that the one before gives, its constants
 * lie inside weights.bin, no accumulator can overflow by size, and the last layer gives one logit a label.
 *
 * @throws {ModelError} MODEL_SHAPE, MODEL_LABELS, MODEL_SIZE, or MODEL_MANIFEST for scales that don't fit together
 */
export function checkManifest(manifest: ModelManifest): void {
  const weightsBytes = manifest.files['weights.bin']?.bytes ?? 0
  checkSize('the input', manifest.input.shape)
  let tensor: TensorType = manifest.input
  let work = 0
  for (const layer of manifest.layers) {
    checkShapes(layer, tensor)
    if ('weights' in layer) {
      checkScales(layer, tensor.scale)
      checkPlace(layer, weightsBytes)
    } else if (layer.op === 'stats_pool') {
      checkMultiplier(layer, tensor.scale / (tensor.shape[0]! * layer.output.scale))
    } else {
      checkPassedOn(layer, tensor)
    }
    work += elementCount(layer.output_shape) * layerTaps(layer, tensor.shape)
    tensor = { shape: layer.output_shape, ...layer.output }
  }
  if (work > MAX_WORK) {
    throw new ModelError('MODEL_SIZE', `the network takes ${work} operations a run, allowed: ${MAX_WORK}`)
  }
  checkLabels(manifest, tensor.shape)
}

function checkShapes(layer: Layer, { shape: input }: TensorType): void {
  const output = outputShape(layer, input)
  if (output === null) refuseShape(layer, `cannot take an input of ${show(input)}`)
  if (output.join() !== layer.output_shape.join()) {
    refuseShape(layer, `gives ${show(output)}, but the manifest says ${show(layer.output_shape)}`)
  }
  const expectedWeights = weightsShape(layer, input)
  if ('weights' in layer && expectedWeights!.join() !== layer.weights.shape.join()) {
    refuseShape(layer, `has weights ${show(layer.weights.shape)}, expected ${show(expectedWeights!)}`)
  }
  checkSize(`layer ${layer.name}`, output)
  const taps = layerTaps(layer, input)
  const maxTaps = layer.op === 'stats_pool' ? MAX_STATS_ROWS : MAX_TAPS
  if (taps > maxTaps) refuseShape(layer, `takes ${taps} values into one, allowed: ${maxTaps}`)
}

function checkSize(what: string, shape: readonly number[]): void {
  const count = elementCount(shape)
  if (count <= MAX_TENSOR_ELEMENTS) return
  throw new ModelError('MODEL_SIZE', `${what} has ${count} values, allowed: ${MAX_TENSOR_ELEMENTS}`)
}

function checkScales(layer: Layer & { readonly weights: WeightsRef }, inputScale: number): void {
  const { scales } = layer.weights
  const channels = outputChannels(layer)
  if (scales.length !== channels) {
    refuseShape(layer, `has ${scales.length} weight scales, expected one for each of ${channels} channels`)
  }
  checkMultiplier(layer, (inputScale * Math.max(...scales)) / layer.output.scale)
}

/** Pooling and reshaping pass int8 values on as they are, so their meaning cannot change. */
function checkPassedOn(layer: Layer, { scale, zero_point: zeroPoint }: TensorType): void {
  if (layer.output.scale === scale && layer.output.zero_point === zeroPoint) return
  throw new ModelError(
    'MODEL_MANIFEST',
    `layer ${layer.name}: a ${layer.op} has the quantisation of its input`,
  )
}

function checkMultiplier(layer: Layer, multiplier: number): void {
  if (multiplier < 2 ** MAX_SHIFT) return
  throw new ModelError(
    'MODEL_MANIFEST',
    `layer ${layer.name}: its scales multiply by ${multiplier}, allowed: less than 2^${MAX_SHIFT}`,
  )
}

function checkPlace(layer: Layer & { readonly weights: WeightsRef }, weightsBytes: number): void {
  const { offset, shape, scales, bias_offset: biasOffset } = layer.weights
  if (biasOffset % 4 !== 0) refuseShape(layer, `has biases at ${biasOffset}, not a multiple of 4`)
  const end = Math.max(offset + elementCount(shape), biasOffset + 4 * scales.length)
  if (end > weightsBytes) {
    refuseShape(layer, `needs weights.bin up to byte ${end}, which has ${weightsBytes} bytes`)
  }
}

function checkLabels({ labels, prior }: ModelManifest, output: readonly number[]): void {
  if (output.join() !== `${labels.length}`) {
    throw new ModelError('MODEL_LABELS', `${labels.length} labels, but the last layer gives ${show(output)}`)
  }
  if (prior.length !== labels.length) {
    throw new ModelError('MODEL_LABELS', `${labels.length} labels, but the prior has ${prior.length} shares`)
  }
  const total = prior.reduce((sum, share) => sum + share, 0)
  if (Math.abs(total - 1) > 1e-6) {
    throw new ModelError('MODEL_MANIFEST', `manifest.json: prior sums to ${total}, expected 1`)
  }
}

function refuseShape(layer: Layer, what: string): never {
  throw new ModelError('MODEL_SHAPE', `layer ${layer.name} (${layer.op}) ${what}; export the model again`)
}

function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

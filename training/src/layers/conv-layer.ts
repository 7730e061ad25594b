import * as tf from '@tensorflow/tfjs'
import type { ConvSpec } from '../architectures/architecture.js'
import { fakeQuantizeWeights } from '../quantize/fake-quantize.js'
import { arrayOp, readArrays } from '../tf/array-op.js'
import { batchNorm, type BatchStatistics } from './batch-norm.js'
import { columnSums } from './column-sums.js'
import { convolve, type ConvGeometry, type Convolution } from './convolution.js'
import type { LayerPass, LayerWeights } from './layer.js'

/** Convolution, batch normalisation and activation. */
export function convLayer(
  x: tf.Tensor,
  spec: ConvSpec,
  weights: LayerWeights,
): LayerPass & { readonly statistics: BatchStatistics } {
  const convolution = groupedConvolve(x as tf.Tensor4D, weights('filter') as tf.Tensor4D, spec.groups ?? 1, {
    dilation: spec.dilation ?? [1, 1],
    padding: spec.padding,
  })
  const normalised = batchNorm(convolution.output, weights, spec.activation ?? 'relu')
  return {
    output: normalised.output,
    statistics: normalised.statistics,
    backward(dOutput, needsInput) {
      const { dInput, parts } = normalised.backward(dOutput, true)
      const inner = convolution.backward(dInput as tf.Tensor4D, needsInput)
      return { dInput: inner.dInput, parts: { ...parts, filter: inner.dFilter } }
    },
  }
}

/**
 * A convolution as int8 will run it: the folded filter rounded, `beta` as its bias, and the activation.
 *
 * @param weights `filter`, whose normalisation is folded in, and `beta`
 */
export function quantizedConvLayer(x: tf.Tensor, spec: ConvSpec, weights: LayerWeights): LayerPass {
  const filter = fakeQuantizeWeights(weights('filter')) as tf.Tensor4D
  const convolution = groupedConvolve(x as tf.Tensor4D, filter, spec.groups ?? 1, {
    dilation: spec.dilation ?? [1, 1],
    padding: spec.padding,
  })
  const shifted = tf.add(convolution.output, weights('beta'))
  const isRelu = (spec.activation ?? 'relu') === 'relu'
  const output = isRelu ? tf.relu(shifted) : shifted
  return {
    output,
    backward(dOutput, needsInput) {
      const dz = (isRelu ? tf.mul(dOutput, tf.step(output)) : dOutput) as tf.Tensor4D
      const { dInput, dFilter } = convolution.backward(dz, needsInput)
      const beta = readArrays([dz], ([values]) => columnSums(values as Float32Array, spec.channels))
      return { dInput, parts: { filter: dFilter, beta } }
    },
  }
}

/**
 * A convolution in groups: group g of the input's channels gives group g of the output's. One convolution a group.
 *
 * @param filter [height, width, in / groups, out]
 */
export function groupedConvolve(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  groups: number,
  geometry: ConvGeometry,
): Convolution {
  if (groups === 1) return convolve(x, filter, geometry)
  const inputs = splitChannels(x, groups)
  const filters = splitChannels(filter, groups)
  const parts = inputs.map((input, g) => convolve(input as tf.Tensor4D, filters[g] as tf.Tensor4D, geometry))
  return {
    output: joinChannels(parts.map((part) => part.output)) as tf.Tensor4D,
    backward(dOutput, needsInput) {
      const gradients = splitChannels(dOutput, groups).map((dy, g) =>
        (parts[g] as Convolution).backward(dy as tf.Tensor4D, needsInput),
      )
      const dFilters = gradients.map(({ dFilter }, g) => tf.tensor(dFilter, filters[g]?.shape))
      return {
        dInput: needsInput
          ? (joinChannels(gradients.map(({ dInput }) => dInput as tf.Tensor)) as tf.Tensor4D)
          : null,
        dFilter: joinChannels(dFilters).dataSync<'float32'>(),
      }
    },
  }
}

/** Equal shares of the last axis. */
function splitChannels(x: tf.Tensor, groups: number): tf.Tensor[] {
  const channels = x.shape.at(-1) as number
  const share = channels / groups
  const shape = [...x.shape.slice(0, -1), share]
  return arrayOp([x], new Array<number[]>(groups).fill(shape), ([input], outputs) => {
    outputs.forEach((out, g) => {
      copyColumns(input as Float32Array, channels, g * share, out, share, 0, share)
    })
  })
}

function joinChannels(parts: readonly tf.Tensor[]): tf.Tensor {
  const [first] = parts as [tf.Tensor]
  const share = first.shape.at(-1) as number
  const channels = share * parts.length
  const [joined] = arrayOp(parts, [[...first.shape.slice(0, -1), channels]], (inputs, [out]) => {
    inputs.forEach((input, g) => {
      copyColumns(input, share, 0, out as Float32Array, channels, g * share, share)
    })
  })
  return joined as tf.Tensor
}

/** Copies `count` columns of every row of one matrix to another of as many rows. */
function copyColumns(
  source: Float32Array,
  sourceColumns: number,
  from: number,
  out: Float32Array,
  outColumns: number,
  to: number,
  count: number,
): void {
  for (let row = 0, end = source.length / sourceColumns; row < end; row++) {
    const a = row * sourceColumns + from
    const b = row * outColumns + to
    for (let c = 0; c < count; c++) out[b + c] = source[a + c] as number
  }
}

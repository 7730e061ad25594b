import type { LayerSource, WeightsSource } from '../../../src/nn/pack-layers.js'
import type { Quantization } from '../../../src/nn/manifest.js'
import { elementCount, outputShape } from '../../../src/nn/shapes.js'
import { createRandom } from '../../nn/tiny-model.js'

export interface RandomNetwork {
  readonly id: string
  readonly input: { readonly shape: readonly [number, number, number] } & Quantization
  readonly layers: readonly LayerSource[]
}

type SpatialOp = 'conv2d' | 'depthwise_conv2d' | 'max_pool2d' | 'avg_pool2d'

const SPATIAL_OPS: readonly SpatialOp[] = ['conv2d', 'depthwise_conv2d', 'max_pool2d', 'avg_pool2d']

/**
 * A small network of random layers, all of which fit: strides, dilations, paddings and activations of every kind, each
 * spatial layer at least once, statistics pooling in every other one.
 */
export function randomNetwork(seed: number): RandomNetwork {
  const random = createRandom(seed)
  const upTo = (most: number): number => 1 + Math.floor(random() * most)
  const quantization = (scale: number): Quantization => ({
    scale,
    zero_point: random() < 0.4 ? -128 : Math.floor(random() * 200) - 128,
  })

  const inputShape: [number, number, number] = [6 + upTo(10), 3 + upTo(7), upTo(3)]
  const inputQuantization = quantization(0.02 + random() / 20)
  const layers: LayerSource[] = []
  let shape: readonly number[] = inputShape
  let current = inputQuantization

  const add = (layer: LayerSource): boolean => {
    const output = outputShape(layer, shape)
    if (output === null) return false
    layers.push(layer)
    shape = output
    current = layer.output
    return true
  }
  const weighted = (
    weightShape: readonly number[],
    channels: number,
  ): { weights: WeightsSource; output: Quantization } => {
    const scale = 0.002 + 0.002 * random()
    const taps = elementCount(weightShape) / channels
    const weights: WeightsSource = {
      shape: weightShape,
      values: Int8Array.from({ length: elementCount(weightShape) }, () => Math.floor(random() * 255) - 127),
      scales: Array.from({ length: channels }, () => scale * (0.5 + random())),
      biases: Int32Array.from({ length: channels }, () => Math.floor((random() - 0.5) * 4000)),
    }
    // Wide enough that most values do not saturate, narrow enough that they use the range.
    return { weights, output: quantization(current.scale * scale * Math.sqrt(taps) * 60) }
  }
  const activation = (): 'none' | 'relu' => (random() < 0.5 ? 'relu' : 'none')

  const addSpatial = (op: SpatialOp, index: number): void => {
    const name = `${op}:${index}`
    const [kernel, stride] = [
      [upTo(3), upTo(3)],
      [upTo(2), upTo(2)],
    ] as [[number, number], [number, number]]
    const channels = op === 'conv2d' ? upTo(6) : (shape[2] as number)
    const convolution = {
      name,
      kernel,
      stride,
      dilation: [upTo(2), upTo(2)] as [number, number],
      padding: random() < 0.5 ? ('same' as const) : ('valid' as const),
      activation: activation(),
    }
    const fits =
      op === 'conv2d'
        ? add({ ...convolution, op, ...weighted([channels, ...kernel, shape[2] as number], channels) })
        : op === 'depthwise_conv2d'
          ? add({ ...convolution, op, ...weighted([...kernel, channels], channels) })
          : add({ op, name, kernel, stride, output: current })
    // A layer that does not fit any more: the same with a window of one value.
    if (!fits) add({ op: 'max_pool2d', name, kernel: [1, 1], stride: [1, 1], output: current })
  }
  const addDense = (name: string, units: number, act: 'none' | 'relu'): void => {
    add({ op: 'dense', name, activation: act, ...weighted([units, elementCount(shape)], units) })
  }

  // Each once, in a random order.
  const order = SPATIAL_OPS.map((op) => ({ op, at: random() })).sort((a, b) => a.at - b.at)
  order.forEach(({ op }, index) => addSpatial(op, index))
  if (seed % 2 === 0) add({ op: 'stats_pool', name: 'stats', output: quantization(current.scale * 1.3) })
  addDense('hidden', 1 + upTo(8), activation())
  addDense('logits', 2 + upTo(6), 'none')
  return { id: 'random', input: { shape: inputShape, ...inputQuantization }, layers }
}

import * as tf from '@tensorflow/tfjs'
import type { Architecture } from '../architectures/architecture.js'
import { ConfigError } from '../../../src/errors.js'
import type { Random } from '../random.js'

/** One trainable or running array of the network. */
export interface ParameterArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
  /** Weight decay applies to filters only, not to biases and normalisation. */
  readonly decays: boolean
  /** False for the running statistics of batch normalisation. */
  readonly isTrained: boolean
}

export type Parameters = ReadonlyMap<string, ParameterArray>

/**
 * He-initialised parameters of a network.
 *
 * Names: `<layer>/filter`, `<layer>/gamma|beta|mean|variance` for convolutions, `<layer>/kernel|bias` for dense ones.
 * Filters are [height, width, in, out], dense kernels [in, out].
 *
 * @param inputShape as `inputShapeOf` says
 */
export function initialParameters(
  architecture: Architecture,
  inputShape: readonly [number, number, number],
  random: Random,
): Map<string, ParameterArray> {
  const parameters = new Map<string, ParameterArray>()
  const add = (
    name: string,
    shape: number[],
    fill: () => number,
    decays: boolean,
    isTrained: boolean,
  ): void => {
    const size = shape.reduce((product, n) => product * n, 1)
    parameters.set(name, {
      name,
      shape,
      values: Float32Array.from({ length: size }, fill),
      decays,
      isTrained,
    })
  }
  let [height, width, channels] = inputShape as [number, number, number]
  for (const layer of architecture.layers) {
    switch (layer.op) {
      case 'conv2d': {
        const [kh, kw] = layer.kernel
        const groups = layer.groups ?? 1
        if (channels % groups !== 0 || layer.channels % groups !== 0) {
          throw new ConfigError(
            'TRAINING_BAD_ARCHITECTURE',
            `layer '${layer.name}' of '${architecture.name}' cannot part ${channels} channels into ${layer.channels} by ${groups} groups`,
          )
        }
        const std = Math.sqrt((2 * groups) / (kh * kw * channels))
        add(
          `${layer.name}/filter`,
          [kh, kw, channels / groups, layer.channels],
          () => random.normal() * std,
          true,
          true,
        )
        add(`${layer.name}/gamma`, [layer.channels], () => 1, false, true)
        add(`${layer.name}/beta`, [layer.channels], () => 0, false, true)
        add(`${layer.name}/mean`, [layer.channels], () => 0, false, false)
        add(`${layer.name}/variance`, [layer.channels], () => 1, false, false)
        if (layer.padding === 'valid') {
          const [dh, dw] = layer.dilation ?? [1, 1]
          height -= dh * (kh - 1)
          width -= dw * (kw - 1)
        }
        channels = layer.channels
        break
      }
      case 'avg_pool2d':
        height = Math.floor(height / layer.kernel[0])
        width = Math.floor(width / layer.kernel[1])
        break
      case 'stats_pool':
        channels = 2 * width * channels
        height = 1
        width = 1
        break
      case 'dropout':
        break
      case 'dense': {
        const inputs = height * width * channels
        const std = Math.sqrt(1 / inputs)
        add(`${layer.name}/kernel`, [inputs, layer.units], () => random.normal() * std, true, true)
        add(`${layer.name}/bias`, [layer.units], () => 0, false, true)
        height = 1
        width = 1
        channels = layer.units
        break
      }
    }
    if (height < 1 || width < 1) {
      throw new ConfigError(
        'TRAINING_BAD_ARCHITECTURE',
        `layer '${layer.name}' of '${architecture.name}' leaves no output: its kernel is larger than its input`,
      )
    }
  }
  return parameters
}

/** Copies parameters into tensors; the caller is inside a `tf.tidy` or disposes of them. */
export function weightTensors(parameters: Parameters): Readonly<Record<string, tf.Tensor>> {
  return Object.fromEntries([...parameters.values()].map((p) => [p.name, tf.tensor(p.values, [...p.shape])]))
}

import { ConfigError } from '../../../src/errors.js'
import type { Architecture, LayerSpec } from './architecture.js'

/** [height (time), width, channels] */
export type LayerShape = readonly [number, number, number]

export interface ShapedLayer {
  readonly layer: LayerSpec
  readonly input: LayerShape
  readonly output: LayerShape
}

/**
 * What goes into each layer of a chain and comes out of it.
 *
 * @param input as `inputShapeOf` says
 * @throws {ConfigError} `TRAINING_BAD_ARCHITECTURE`
 */
export function layerShapes(architecture: Architecture, input: LayerShape): ShapedLayer[] {
  let shape = input
  return architecture.layers.map((layer): ShapedLayer => {
    const before = shape
    shape = outputShape(architecture, layer, before)
    if (shape.some((n) => n < 1)) {
      throw bad(architecture, layer, 'leaves no output: its kernel is larger than its input')
    }
    return { layer, input: before, output: shape }
  })
}

function outputShape(
  architecture: Architecture,
  layer: LayerSpec,
  [height, width, channels]: LayerShape,
): LayerShape {
  switch (layer.op) {
    case 'conv2d': {
      const { groups = 1, kernel, dilation = [1, 1] } = layer
      if (channels % groups !== 0 || layer.channels % groups !== 0) {
        throw bad(
          architecture,
          layer,
          `cannot part ${channels} channels into ${layer.channels} by ${groups} groups`,
        )
      }
      if (layer.padding === 'same') return [height, width, layer.channels]
      return [height - dilation[0] * (kernel[0] - 1), width - dilation[1] * (kernel[1] - 1), layer.channels]
    }
    case 'avg_pool2d':
      return [Math.floor(height / layer.kernel[0]), Math.floor(width / layer.kernel[1]), channels]
    case 'stats_pool':
      return [1, 1, 2 * width * channels]
    case 'lstm':
    case 'gru':
      return [height, 1, layer.units]
    case 'batch_norm':
    case 'dropout':
      return [height, width, channels]
    case 'dense':
      return [1, 1, layer.units]
  }
}

function bad({ name }: Architecture, layer: LayerSpec, what: string): ConfigError {
  return new ConfigError('TRAINING_BAD_ARCHITECTURE', `layer '${layer.name}' of '${name}' ${what}`)
}

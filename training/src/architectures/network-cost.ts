import { laidOut, membersOf, type Architecture } from './architecture.js'
import { layerShapes, type LayerShape, type ShapedLayer } from './layer-shapes.js'

export interface NetworkCost {
  /** As deployed: batch normalisation folded, biases counted. */
  readonly parameters: number
  /** Multiply-accumulates of one decision, without normalisation, pooling and activations. */
  readonly macs: number
}

/** What a network costs on the device. An ensemble costs what its members do. */
export function networkCost(architecture: Architecture, inputShape: LayerShape): NetworkCost {
  const costs = membersOf(architecture).flatMap(({ network }) =>
    layerShapes(network, laidOut(network, inputShape)).map(layerCost),
  )
  return {
    parameters: costs.reduce((sum, cost) => sum + cost.parameters, 0),
    macs: costs.reduce((sum, cost) => sum + cost.macs, 0),
  }
}

function layerCost({ layer, input, output }: ShapedLayer): NetworkCost {
  const [height, width, channels] = input
  switch (layer.op) {
    case 'conv2d': {
      const taps = (layer.kernel[0] * layer.kernel[1] * channels) / (layer.groups ?? 1)
      return {
        parameters: taps * layer.channels + layer.channels,
        macs: output[0] * output[1] * taps * layer.channels,
      }
    }
    case 'lstm':
    case 'gru': {
      const gateUnits = (layer.op === 'lstm' ? 4 : 3) * layer.units
      const taps = width * channels + layer.units
      return { parameters: (taps + 1) * gateUnits, macs: height * taps * gateUnits }
    }
    case 'dense': {
      const macs = height * width * channels * layer.units
      return { parameters: macs + layer.units, macs }
    }
    case 'batch_norm':
      return { parameters: 2 * channels, macs: 0 }
    case 'avg_pool2d':
    case 'stats_pool':
    case 'dropout':
      return { parameters: 0, macs: 0 }
  }
}

import type { Artefact } from '../../src/nn/artefact-reader.js'
import { layerConstants } from '../../src/nn/layer-constants.js'
import type { Layer } from '../../src/nn/manifest.js'
import { elementCount } from '../../src/nn/shapes.js'
import { exportedLayers, exportedNetwork } from '../../training/src/export/exported-network.js'
import { OnnxGraph } from '../../training/src/export/onnx-graph.js'
import { transpose } from '../../training/src/export/transpose.js'

/** A layer of the int8 network with real weights: what the network was before it was quantised, but for rounding. */
export interface FloatLayer {
  readonly name: string
  readonly layer: Layer
  readonly inputShape: readonly number[]
  /** In the manifest's order of axes; empty where there are none. */
  readonly weights: Float32Array
  readonly biases: Float32Array
}

export function floatLayers(artefact: Artefact): FloatLayer[] {
  return exportedLayers(exportedNetwork(artefact)).map(({ name, layer, input }) => {
    if (!('weights' in layer)) {
      return { name, layer, inputShape: input.shape, weights: new Float32Array(), biases: new Float32Array() }
    }
    const { weights, biases } = layerConstants(layer.weights, artefact.weights)
    const { scales } = layer.weights
    const taps = weights.length / scales.length
    return {
      name,
      layer,
      inputShape: input.shape,
      weights: Float32Array.from(weights, (q, i) => q * (scales[Math.floor(i / taps)] as number)),
      biases: Float32Array.from(biases, (q, c) => q * input.scale * (scales[c] as number)),
    }
  })
}

/**
 * model.onnx in plain float32 operators, as a network that was never quantised would be exported.
 *
 * @throws {Error} for a kind of layer that the released networks do not have
 */
export function floatOnnx(artefact: Artefact): Uint8Array {
  const graph = new OnnxGraph()
  const { input } = artefact.manifest
  let value = graph.node('input/channels_first', 'Transpose', ['features'], { perm: [0, 3, 1, 2] })
  let shape: readonly number[] = input.shape
  for (const float of floatLayers(artefact)) {
    value = addLayer(graph, float, value)
    shape = float.layer.output_shape
  }
  graph.node('logits', 'Identity', [value])
  return graph.encode(
    `${artefact.manifest.id}-float`,
    { name: 'features', shape: input.shape },
    { name: 'logits', shape },
  )
}

function addLayer(graph: OnnxGraph, float: FloatLayer, value: string): string {
  const { name, layer, inputShape, weights, biases } = float
  switch (layer.op) {
    case 'conv2d': {
      const [outputs, height, width, inputs] = layer.weights.shape as [number, number, number, number]
      const values = transpose(weights, layer.weights.shape, [0, 3, 1, 2])
      const kernel = graph.floats(`${name}/weights`, values, [outputs, inputs, height, width])
      const bias = graph.floats(`${name}/biases`, biases)
      const sums = graph.node(`${name}/sums`, 'Conv', [value, kernel, bias], {
        kernel_shape: layer.kernel,
        strides: layer.stride,
        dilations: layer.dilation,
        // Strides of 1 and odd kernels: the padding is the same on both sides.
        pads: layer.padding === 'same' ? [...half(layer.kernel), ...half(layer.kernel)] : [0, 0, 0, 0],
      })
      return layer.activation === 'relu' ? graph.node(`${name}/relu`, 'Relu', [sums]) : sums
    }
    case 'avg_pool2d':
      return graph.node(name, 'AveragePool', [value], { kernel_shape: layer.kernel, strides: layer.stride })
    case 'reshape': {
      const last = graph.node(`${name}/last`, 'Transpose', [value], { perm: [0, 2, 3, 1] })
      const shaped = graph.node(`${name}/shaped`, 'Reshape', [
        last,
        graph.int64(`${name}/shape`, [-1, ...layer.shape]),
      ])
      return graph.node(name, 'Transpose', [shaped], { perm: [0, 3, 1, 2] })
    }
    case 'stats_pool': {
      // The released network is one column wide here: [batch, channels, height, 1].
      const overTime = { axes: [2, 3], keepdims: 1 }
      const mean = graph.node(`${name}/mean`, 'ReduceMean', [value], overTime)
      const centred = graph.node(`${name}/centred`, 'Sub', [value, mean])
      const squares = graph.node(`${name}/squares`, 'Mul', [centred, centred])
      const variance = graph.node(`${name}/variance`, 'ReduceMean', [squares], overTime)
      const deviation = graph.node(`${name}/deviation`, 'Sqrt', [variance])
      const joined = graph.node(`${name}/joined`, 'Concat', [mean, deviation], { axis: 1 })
      return graph.node(name, 'Reshape', [joined, graph.int64(`${name}/shape`, [-1, ...layer.output_shape])])
    }
    case 'dense': {
      const [units] = layer.output_shape as [number]
      const matrix = graph.floats(`${name}/weights`, weights, [units, elementCount(inputShape)])
      return graph.node(name, 'Gemm', [value, matrix, graph.floats(`${name}/biases`, biases)], { transB: 1 })
    }
    default:
      throw new Error(`the benchmark has no float form of ${layer.op}`)
  }
}

function half([height, width]: readonly [number, number]): [number, number] {
  return [(height - 1) / 2, (width - 1) / 2]
}

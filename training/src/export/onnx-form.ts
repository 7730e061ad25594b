import { ONNX_FILE } from '../../../src/nn/artefact-forms.js'
import type { TensorType } from '../../../src/nn/kernel.js'
import { exportedLayers, type ExportedNetwork } from './exported-network.js'
import { OnnxGraph } from './onnx-graph.js'
import { addOnnxInput, addOnnxLayer, addOnnxOutput } from './onnx-layers.js'

/**
 * The network in ONNX's quantised operators, with the artefact's own int8 weights: `features` [batch, height, width,
 * channels] in, `logits` [batch, classes] out, both real numbers.
 *
 * @returns the form's file; the same network always gives the same bytes
 */
export function onnxForm(network: ExportedNetwork): Record<string, Uint8Array> {
  const graph = new OnnxGraph()
  const input = { name: 'features', shape: network.input.shape }
  let value = addOnnxInput(graph, input.name, network.input)
  let tensor: TensorType = network.input
  for (const exported of exportedLayers(network)) {
    value = addOnnxLayer(graph, exported, value, network.weights)
    tensor = { shape: exported.layer.output_shape, ...exported.layer.output }
  }
  const logits = addOnnxOutput(graph, value, tensor)
  return { [ONNX_FILE]: graph.encode(network.id, input, { name: logits, shape: tensor.shape }) }
}

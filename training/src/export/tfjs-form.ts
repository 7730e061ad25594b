import { basename } from 'node:path'
import { TFJS_MODEL_FILE, TFJS_WEIGHTS_FILE } from '../../../src/nn/artefact-forms.js'
import { exportedLayers, type ExportedNetwork } from './exported-network.js'
import { TfjsGraph } from './tfjs-graph.js'
import { addTfjsInput, addTfjsLayer } from './tfjs-layers.js'

/**
 * The network as a TensorFlow.js graph model with the artefact's own 8-bit weights: `features` [batch, height, width,
 * channels] in, `logits` [batch, classes] out, both real numbers.
 *
 * @returns the form's files; the same network always gives the same bytes
 */
export function tfjsForm(network: ExportedNetwork): Record<string, Uint8Array> {
  const graph = new TfjsGraph()
  const features = graph.placeholder('features', network.input.shape)
  let value = addTfjsInput(graph, features, network.input)
  let output = { shape: network.input.shape as readonly number[], scale: network.input.scale }
  for (const exported of exportedLayers(network)) {
    value = addTfjsLayer(graph, exported, value, network.weights)
    output = { shape: exported.layer.output_shape, scale: exported.layer.output.scale }
  }
  const logits = graph.node('logits', 'Mul', [value, graph.number(output.scale)])
  const { model, weights } = graph.encode(
    basename(TFJS_WEIGHTS_FILE),
    { name: features, shape: network.input.shape },
    { name: logits, shape: output.shape },
  )
  return { [TFJS_MODEL_FILE]: model, [TFJS_WEIGHTS_FILE]: weights }
}

import type { ModelSource } from '../../../src/nn/artefact-writer.js'
import { packLayers } from '../../../src/nn/pack-layers.js'
import type { ExportedNetwork } from './exported-network.js'
import { onnxForm } from './onnx-form.js'
import { tfjsForm } from './tfjs-form.js'

/** Every form but the own one. */
export function formsOf(network: ExportedNetwork): Record<string, Uint8Array> {
  return { ...tfjsForm(network), ...onnxForm(network) }
}

/**
 * The same of a model that is about to be written, for `writeArtefact`'s `files`.
 *
 * @throws {InternalError} INTERNAL_LAYERS if the layers do not chain
 */
export function formsOfSource({
  id,
  input,
  layers,
}: Pick<ModelSource, 'id' | 'input' | 'layers'>): Record<string, Uint8Array> {
  return formsOf({ id, input, ...packLayers(layers, input.shape) })
}

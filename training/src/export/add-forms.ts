import { createNetwork } from '../../../src/nn/network.js'
import { readArtefact, type Artefact } from '../../../src/nn/artefact-reader.js'
import { writeArtefact, type ModelSource } from '../../../src/nn/artefact-writer.js'
import { verifyGolden } from '../../../src/nn/golden.js'
import { layerConstants } from '../../../src/nn/layer-constants.js'
import type { LayerSource } from '../../../src/nn/pack-layers.js'
import { existingCard } from '../quantize/existing-card.js'
import { exportedNetwork } from './exported-network.js'
import { formsOf } from './forms.js'

/**
 * Makes an artefact's other forms and writes it again with them. The network, its golden vectors and the card stay as
 * they are; the manifest names the forms, so the model's SHA-256 changes with the first export.
 *
 * @returns the model's SHA-256, and the bytes of each file that was made
 * @throws {ModelError} as `readArtefact` and `verifyGolden`
 */
export function addForms(
  directory: string,
  featureParamsHash: string,
): { readonly sha256: string; readonly files: Readonly<Record<string, Uint8Array>> } {
  const artefact = readArtefact(directory, featureParamsHash)
  const { manifest, weights, golden } = artefact
  // The golden vectors are recorded anew when the artefact is written: they must be this engine's already.
  verifyGolden(createNetwork(manifest, weights), golden)
  const files = formsOf(exportedNetwork(artefact))
  const { sha256 } = writeArtefact(
    directory,
    sourceOf(artefact),
    golden.map(({ input }) => input),
    { ...existingCard(directory), files },
  )
  return { sha256, files }
}

/** An artefact as what it was written from. */
function sourceOf({ manifest, weights }: Artefact): ModelSource {
  const { schema: _schema, files: _files, layers, ...description } = manifest
  return {
    ...description,
    layers: layers.map((layer): LayerSource => {
      const { output_shape: _shape, ...rest } = layer
      if (!('weights' in rest)) return rest
      const { weights: values, biases } = layerConstants(rest.weights, weights)
      const { shape, scales } = rest.weights
      return { ...rest, weights: { values, shape, scales, biases } } as LayerSource
    }),
  }
}

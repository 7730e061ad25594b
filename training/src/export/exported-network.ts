import type { Artefact } from '../../../src/nn/artefact-reader.js'
import type { TensorType } from '../../../src/nn/kernel.js'
import type { Layer, ModelManifest } from '../../../src/nn/manifest.js'

/** The int8 network that every other form is made from: checked, with shapes that chain. */
export interface ExportedNetwork {
  readonly id: string
  readonly input: ModelManifest['input']
  readonly layers: readonly Layer[]
  /** weights.bin. */
  readonly weights: Uint8Array
}

/** A layer with the tensor that it takes and a name that any graph format accepts. */
export interface ExportedLayer {
  readonly name: string
  readonly layer: Layer
  readonly input: TensorType
}

export function exportedNetwork({
  manifest,
  weights,
}: Pick<Artefact, 'manifest' | 'weights'>): ExportedNetwork {
  return { id: manifest.id, input: manifest.input, layers: manifest.layers, weights }
}

export function exportedLayers({ input, layers }: ExportedNetwork): ExportedLayer[] {
  let tensor: TensorType = input
  return layers.map((layer, index) => {
    // Layers may share a name, and a colon means something to TensorFlow.
    const exported = { name: `${index}_${layer.name.replaceAll(/\W/g, '_')}`, layer, input: tensor }
    tensor = { shape: layer.output_shape, ...layer.output }
    return exported
  })
}

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { InternalError } from '../errors.js'
import { encodeGolden, type GoldenVector } from './golden.js'
import { checkManifest } from './manifest-checks.js'
import { parseManifest } from './manifest-parser.js'
import { MODEL_SCHEMA, type ModelManifest } from './manifest.js'
import { createNetwork } from './network.js'
import { packLayers, type LayerSource } from './pack-layers.js'
import { checkWeights } from './weights-checks.js'

/** A model before it is a directory: its manifest, with weights in place of where they lie. */
export interface ModelSource extends Omit<ModelManifest, 'schema' | 'layers' | 'files'> {
  readonly layers: readonly LayerSource[]
}

export interface ArtefactExtras {
  /** MODEL_CARD.md. Not hashed, so that its wording can be mended. */
  readonly modelCard?: string
  /** Other forms of the network, hashed: `tfjs/model.json`, `model.onnx`. */
  readonly files?: Readonly<Record<string, Uint8Array>>
}

/**
 * Writes a model directory: beside its final place first, then renamed, so that no reader sees half of one. An older
 * directory of the name is replaced.
 *
 * @param goldenInputs at least one; the network is run on each, and its outputs are recorded
 * @returns the model's SHA-256: that of manifest.json, which names those of the other files
 * @throws {InternalError} INTERNAL_GOLDEN without golden inputs, INTERNAL_LAYERS if the layers do not chain
 * @throws {ModelError} whatever the reader would refuse: an id out of form, labels that do not fit
 */
export function writeArtefact(
  directory: string,
  { layers: sources, ...description }: ModelSource,
  goldenInputs: readonly Int8Array[],
  extras: ArtefactExtras = {},
): { readonly sha256: string } {
  if (goldenInputs.length === 0)
    throw new InternalError('INTERNAL_GOLDEN', 'an artefact needs a golden vector')
  const { layers, weights } = packLayers(sources, description.input.shape)
  const network = createNetwork({ input: description.input, layers }, weights)
  const golden: GoldenVector[] = goldenInputs.map((input) => ({ input, output: network.run(input).slice() }))

  const files: Record<string, Uint8Array> = {
    'weights.bin': weights,
    'golden.json': Buffer.from(encodeGolden(golden)),
    ...extras.files,
  }
  const manifest: ModelManifest = {
    schema: MODEL_SCHEMA,
    ...description,
    layers,
    files: Object.fromEntries(
      Object.entries(files).map(([name, data]) => [name, { sha256: sha256Hex(data), bytes: data.length }]),
    ),
  }
  const manifestBytes = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)
  // Never write what the reader would refuse.
  checkManifest(parseManifest(manifestBytes))
  checkWeights(manifest, weights)
  const card = extras.modelCard === undefined ? {} : { 'MODEL_CARD.md': Buffer.from(extras.modelCard) }
  replaceDirectory(directory, { ...files, ...card, 'manifest.json': manifestBytes })
  return { sha256: sha256Hex(manifestBytes) }
}

function sha256Hex(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function replaceDirectory(directory: string, files: Readonly<Record<string, Uint8Array>>): void {
  const fresh = `${directory}.new-${process.pid}`
  const old = `${directory}.old-${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  for (const [name, data] of Object.entries(files)) {
    mkdirSync(dirname(join(fresh, name)), { recursive: true })
    writeFileSync(join(fresh, name), data, { flush: true })
  }
  if (existsSync(directory)) renameSync(directory, old)
  renameSync(fresh, directory)
  rmSync(old, { recursive: true, force: true })
}

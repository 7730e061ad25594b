import { ModelError } from '../errors.js'
import { TFJS_MODEL_FILE, TFJS_WEIGHTS_FILE } from '../nn/artefact-forms.js'
import type { Artefact } from '../nn/artefact-reader.js'
import type { Tfjs, TfjsGraphModel } from './tfjs.js'

/**
 * What `npm run export` writes, and no more: nothing here loops, reads files or makes large tensors of small ones, so
 * a hostile graph costs no more than a large network.
 */
const OPS = new Set([
  'AddV2',
  'AvgPool',
  'ClipByValue',
  'ConcatV2',
  'Const',
  'Floor',
  'FusedDepthwiseConv2dNative',
  'MaxPool',
  'Mean',
  'Mul',
  'Placeholder',
  'Reshape',
  'Split',
  'Sqrt',
  'SquaredDifference',
  '_FusedConv2D',
  '_FusedMatMul',
])

/**
 * The artefact's TensorFlow.js form, loaded from the bytes whose hashes were checked.
 *
 * @throws {ModelError} MODEL_FORM if the artefact has none, or it is not one that `npm run export` writes
 */
export function loadTfjsGraph(tf: Tfjs, { manifest: { id }, forms }: Artefact): TfjsGraphModel {
  const model = forms.get(TFJS_MODEL_FILE)
  const weights = forms.get(TFJS_WEIGHTS_FILE)
  if (model === undefined || weights === undefined) {
    const missing = model === undefined ? TFJS_MODEL_FILE : TFJS_WEIGHTS_FILE
    throw new ModelError(
      'MODEL_FORM',
      `model ${id} is here without its TensorFlow.js form (${missing}); copy it too, or set classify.backend to int8`,
    )
  }
  try {
    const topology = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(model)) as object
    checkOps(topology)
    // A copy: the bytes may lie within a larger buffer.
    return tf.loadGraphModelSync([topology, new Uint8Array(weights).buffer])
  } catch (cause) {
    const why = String((cause as Error).message).split('\n')[0]
    throw new ModelError('MODEL_FORM', `${TFJS_MODEL_FILE} cannot be loaded (${why}); export the model again`, {
      cause,
    })
  }
}

function checkOps(topology: { readonly modelTopology?: { readonly node?: unknown; readonly library?: unknown } }) {
  const { node: nodes, library } = topology.modelTopology ?? {}
  if (!Array.isArray(nodes)) throw new Error('it has no list of nodes')
  if (JSON.stringify(library ?? {}) !== '{}') throw new Error('it has functions')
  for (const node of nodes as unknown[]) {
    const op = (node as { readonly op?: unknown } | null)?.op
    if (typeof op !== 'string' || !OPS.has(op)) throw new Error(`a node of kind ${JSON.stringify(op)}`)
  }
}

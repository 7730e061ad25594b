import { ModelError, ShapeError } from '../errors.js'
import { TFJS_MODEL_FILE, TFJS_WEIGHTS_FILE } from '../nn/artefact-forms.js'
import type { Artefact } from '../nn/artefact-reader.js'
import type { ModelManifest } from '../nn/manifest.js'
import { elementCount } from '../nn/shapes.js'
import type { Tfjs, TfjsGraphModel, TfjsTensor } from './tfjs.js'

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

/** A network in its TensorFlow.js form, ready to run. */
export interface TfjsGraph {
  /**
   * @param input  real values, as many as the network takes
   * @param logits overwritten, owned by the caller
   * @throws {ShapeError} if either length is wrong
   * @throws {ModelError} MODEL_SHAPE if the graph gives another number of logits; MODEL_FORM if it cannot be run
   */
  logitsInto(input: Float32Array, logits: Float32Array): void
  /** Gives its memory back. */
  dispose(): void
}

/** What is needed of an artefact. */
export interface TfjsGraphSource extends Pick<Artefact, 'forms'> {
  readonly manifest: Pick<ModelManifest, 'id' | 'input'>
}

/**
 * The artefact's TensorFlow.js form, loaded from the bytes whose hashes were checked.
 *
 * @throws {ModelError} MODEL_FORM if the artefact has none, or it is not one that `npm run export` writes
 */
export function loadTfjsGraph(tf: Tfjs, { manifest: { id, input }, forms }: TfjsGraphSource): TfjsGraph {
  const graph = loadGraph(tf, id, forms)
  const shape = [1, ...input.shape]
  const length = elementCount(shape)
  return {
    logitsInto(values, logits) {
      if (values.length !== length) throw new ShapeError('network input', length, values.length)
      // What TensorFlow.js holds outside JavaScript's heap is freed by hand: tidy does.
      tf.tidy(() => {
        const given = run(graph, tf.tensor(values, shape))
        if (given.length !== logits.length) {
          throw new ModelError(
            'MODEL_SHAPE',
            `model ${id}: its TensorFlow.js form gives ${given.length} logits, expected ${logits.length}; export the model again`,
          )
        }
        logits.set(given)
      })
    },
    dispose: () => graph.dispose(),
  }
}

function loadGraph(tf: Tfjs, id: string, forms: Artefact['forms']): TfjsGraphModel {
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
    throw broken('cannot be loaded', cause)
  }
}

function run(graph: TfjsGraphModel, input: TfjsTensor): ArrayLike<number> {
  try {
    const output = graph.execute(input)
    return 'dataSync' in output ? output.dataSync() : []
  } catch (cause) {
    throw broken('cannot be run', cause)
  }
}

function broken(what: string, cause: unknown): ModelError {
  const [why] = String((cause as Error).message).split('\n')
  return new ModelError('MODEL_FORM', `${TFJS_MODEL_FILE} ${what} (${why}); export the model again`, {
    cause,
  })
}

function checkOps(topology: {
  readonly modelTopology?: { readonly node?: unknown; readonly library?: unknown }
}) {
  const { node: nodes, library } = topology.modelTopology ?? {}
  if (!Array.isArray(nodes)) throw new Error('it has no list of nodes')
  if (JSON.stringify(library ?? {}) !== '{}') throw new Error('it has functions')
  for (const node of nodes as unknown[]) {
    const op = (node as { readonly op?: unknown } | null)?.op
    if (typeof op !== 'string' || !OPS.has(op)) throw new Error(`a node of kind ${JSON.stringify(op)}`)
  }
}

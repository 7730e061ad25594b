import { InternalError, ModelError, ShapeError } from '../errors.js'
import type { Artefact } from '../nn/artefact-reader.js'
import type { Classifier } from './classifier.js'
import { featureShapeOf } from './feature-shape.js'
import { loadTfjsGraph } from './tfjs-graph.js'
import type { Tfjs } from './tfjs.js'

/**
 * Steps of the logits' quantisation by which the form may differ from the engine on a golden vector. Roundings that
 * fall on the other side move a logit by one or two; a form of another network by dozens.
 */
const MAX_GOLDEN_STEPS = 6

/**
 * The TensorFlow.js form of an artefact as a classifier. Runs the artefact's golden vectors through it first.
 *
 * @param tf as `startTfjs` started it
 * @throws {ModelError} MODEL_FORM if the artefact has no such form; MODEL_SHAPE if it does not take the MFCC matrix or
 *   give a logit a label; MODEL_GOLDEN if it is not the form of this network
 */
export function createTfjsClassifier(tf: Tfjs, artefact: Artefact): Classifier {
  const { manifest, sha256 } = artefact
  const shape = featureShapeOf(manifest)
  const graph = loadTfjsGraph(tf, artefact)

  const classifier: Classifier = {
    model: { id: manifest.id, sha256 },
    labels: manifest.labels,
    ...shape,
    classifyInto(features, logits) {
      if (logits.length !== manifest.labels.length) {
        throw new ShapeError('logits', manifest.labels.length, logits.length)
      }
      const notFinite = features.findIndex((x) => !Number.isFinite(x))
      if (notFinite >= 0) {
        throw new InternalError('INTERNAL_NOT_FINITE', `network input ${notFinite} is ${features[notFinite]}`)
      }
      graph.logitsInto(features, logits)
    },
  }
  verifyForm(classifier, artefact)
  return classifier
}

/** What `verifyGolden` is to the engine; not byte for byte, since the form computes in float32. */
function verifyForm(classifier: Classifier, { manifest, golden }: Artefact): void {
  const { scale, zero_point: zeroPoint } = manifest.input
  const { output } = manifest.layers.at(-1)!
  const logits = new Float32Array(manifest.labels.length)
  golden.forEach(({ input, output: expected }, vector) => {
    classifier.classifyInto(
      Float32Array.from(input, (q) => scale * (q - zeroPoint)),
      logits,
    )
    const apart = Math.max(
      ...Array.from(logits, (logit, i) => Math.abs(logit / output.scale + output.zero_point - expected[i]!)),
    )
    if (apart <= MAX_GOLDEN_STEPS) return
    throw new ModelError(
      'MODEL_GOLDEN',
      `the TensorFlow.js form of ${manifest.id} is ${apart.toFixed(1)} steps from golden vector ${vector}, ` +
        `allowed: ${MAX_GOLDEN_STEPS}; export the model again`,
    )
  })
}

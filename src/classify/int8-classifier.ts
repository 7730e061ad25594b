import { ShapeError } from '../errors.js'
import type { Artefact } from '../nn/artefact-reader.js'
import { verifyGolden } from '../nn/golden.js'
import type { Engine } from '../nn/engine.js'
import { createNetwork, fastestEngine } from '../nn/network.js'
import type { Classifier } from './classifier.js'
import { featureShapeOf } from './feature-shape.js'

/**
 * The int8 network of an artefact as a classifier. Runs the artefact's golden vectors first.
 *
 * @param artefact as `readArtefact` checked it
 * @param engine   default: the fastest that there is
 * @throws {ModelError} MODEL_SHAPE if the network does not take the MFCC matrix; MODEL_GOLDEN
 */
export function createInt8Classifier(
  { manifest, weights, golden, sha256 }: Artefact,
  engine: Engine = fastestEngine(),
): Classifier {
  const { inputFrames, inputCoefficients } = featureShapeOf(manifest)
  const network = createNetwork(manifest, weights, engine)
  verifyGolden(network, golden)

  const { scale, zero_point: zeroPoint } = network.output

  return {
    model: { id: manifest.id, sha256 },
    labels: manifest.labels,
    inputFrames,
    inputCoefficients,
    classifyInto(features, logits) {
      if (logits.length !== manifest.labels.length) {
        throw new ShapeError('logits', manifest.labels.length, logits.length)
      }
      const output = network.runReal(features)
      for (let i = 0; i < logits.length; i++) logits[i] = scale * (output[i]! - zeroPoint)
    },
    wipe: () => network.wipe(),
  }
}

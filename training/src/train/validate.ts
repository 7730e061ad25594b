import type { Architecture } from '../architectures/architecture.js'
import { calibratedSoftmax } from '../evaluate/calibrated-softmax.js'
import { clipProbabilities } from '../evaluate/clip-decision.js'
import { floatLogits } from '../evaluate/float-network.js'
import { metricsOf } from '../evaluate/metrics.js'
import type { Label } from '../corpora/clip.js'
import type { Example } from './example.js'
import type { Parameters } from './parameters.js'

/** Unweighted accuracy on clips that were held out of the training: shown while it runs, never chosen by. */
export function validationUa(
  architecture: Architecture,
  parameters: Parameters,
  examples: readonly Example[],
  labels: readonly Label[],
): number {
  const outcomes = examples.map(({ variants, label }) => {
    const windows = floatLogits(architecture, parameters, variants[0] ?? [])
    return {
      truth: label,
      probabilities: clipProbabilities(
        windows.map((logits) => ({ probabilities: calibratedSoftmax(logits, 1), speechMs: 1 })),
      ),
    }
  })
  return metricsOf(outcomes, labels).ua
}

import type { Classifier } from '../classify/classifier.js'
import { ModelError } from '../errors.js'

/**
 * Rules for alerts, Home Assistant and whoever subscribes know the labels of a device: those of a model that is
 * delivered are the same.
 *
 * @throws {ModelError} MODEL_OTHER_LABELS
 */
export function checkSameLabels(next: Classifier, now: Classifier): void {
  if (String(next.labels) === String(now.labels)) return
  throw new ModelError(
    'MODEL_OTHER_LABELS',
    `model ${next.model.id} has the labels ${next.labels.join(', ')}, this device's has ${now.labels.join(', ')}; ` +
      'other labels come with a release',
  )
}

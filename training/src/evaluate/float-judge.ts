import type { Architecture } from '../architectures/architecture.js'
import { clipFeatures } from '../dataset/example-cache.js'
import { frontEndOf } from '../dataset/front-end.js'
import type { Parameters } from '../train/parameters.js'
import { calibratedSoftmax } from './calibrated-softmax.js'
import type { ClipJudge } from './evaluation-unit.js'
import { floatLogits } from './float-network.js'
import { verdictOn, type Judged } from './verdict.js'

export interface FloatNetwork {
  readonly architecture: Architecture
  readonly parameters: Parameters
}

/**
 * The float network on the windows that the device's gate cuts. It never abstains: that is the device's.
 */
export function createFloatJudge(
  judged: Judged,
  { architecture, parameters }: FloatNetwork,
  cache: string,
): ClipJudge {
  const front = frontEndOf(architecture)
  return async ({ clip, variant }) => {
    const windows = await clipFeatures(clip, cache, front, variant)
    const logits = windows.length > 0 ? floatLogits(architecture, parameters, windows) : []
    const decisions = logits.map((row, i) => ({
      probabilities: calibratedSoftmax(row, judged.calibration.temperature),
      speechMs: windows[i]?.speechMs ?? 0,
      abstained: false,
    }))
    return verdictOn(clip, decisions, judged)
  }
}

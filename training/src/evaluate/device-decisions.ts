import { Framer } from '../../../src/capture/framer.js'
import type { Judgement } from '../../../src/affect/judgement.js'
import type { Pipeline } from '../../../src/pipeline.js'
import { samplesToMs } from '../../../src/units.js'
import type { WindowDecision } from './clip-decision.js'

/**
 * What the device decides on a clip, heard on its own by a fresh pipeline: one entry a decision window.
 *
 * @param samples 16 kHz, mono
 * @param labels  the order that the probabilities are wanted in
 */
export function deviceDecisions(
  pipeline: Pipeline,
  samples: Float32Array,
  labels: readonly string[],
): WindowDecision[] {
  const decisions: WindowDecision[] = []
  const collect = (judgement: Judgement | null): void => {
    if (!judgement) return
    decisions.push({
      probabilities: labels.map((label) => judgement.probabilities[label] ?? 0),
      speechMs: samplesToMs(judgement.speechSamples),
      abstained: judgement.abstained,
    })
  }
  const framer = new Framer()
  for (const frame of framer.push(samples)) collect(pipeline.push(frame))
  for (const frame of framer.flush()) collect(pipeline.push(frame))
  collect(pipeline.flush())
  return decisions
}

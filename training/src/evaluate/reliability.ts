import { argmax } from '../../../src/affect/probabilities.js'
import type { Outcome } from './metrics.js'

/** Decisions of like confidence. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly clips: number
  /** Means over the bin; 0 where it is empty. */
  readonly confidence: number
  readonly accuracy: number
}

/**
 * How often decisions are right, by how confident they are: the same where the calibration is perfect.
 *
 * @see Guo et al. 2017, "On calibration of modern neural networks"
 */
export function reliabilityBins(outcomes: readonly Outcome[], bins = 15): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ clips: 0, confidence: 0, hits: 0 }))
  for (const { truth, probabilities } of outcomes) {
    const decided = argmax(probabilities)
    const confidence = probabilities[decided] as number
    const bin = sums[Math.min(bins - 1, Math.floor(confidence * bins))] as (typeof sums)[number]
    bin.clips += 1
    bin.confidence += confidence
    bin.hits += decided === truth ? 1 : 0
  }
  return sums.map(({ clips, confidence, hits }, i) => ({
    from: i / bins,
    to: (i + 1) / bins,
    clips,
    confidence: clips > 0 ? confidence / clips : 0,
    accuracy: clips > 0 ? hits / clips : 0,
  }))
}

/** Expected calibration error: the mean gap between confidence and accuracy, weighted by the clips in each bin. */
export function expectedCalibrationError(outcomes: readonly Outcome[], bins = 15): number {
  const gaps = reliabilityBins(outcomes, bins).map(
    ({ clips, confidence, accuracy }) => clips * Math.abs(confidence - accuracy),
  )
  return gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, outcomes.length)
}

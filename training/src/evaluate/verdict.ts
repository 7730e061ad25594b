import type { Clip } from '../corpora/clip.js'
import { clipProbabilities, type WindowDecision } from './clip-decision.js'
import type { Outcome } from './metrics.js'

/** What was decided on one clip, and what the figures need to know of the clip. */
export interface Verdict extends Outcome {
  readonly corpus: string
  /** The clip's name within its corpus. */
  readonly name: string
  readonly speaker: string
  readonly sex: Clip['sex']
  /** What the probabilities would be at temperature 1. */
  readonly uncalibrated: readonly number[]
  /** The device would act on none of its windows, or heard no speech. */
  readonly abstained: boolean
}

/** What a verdict needs to know of a model. */
export interface Judged {
  readonly labels: readonly string[]
  readonly prior: readonly number[]
  readonly calibration: { readonly temperature: number }
}

/** A clip without speech is decided by the prior, so that none is left out of the figures. */
export function verdictOn(
  clip: Clip,
  windows: readonly WindowDecision[],
  { labels, prior, calibration }: Judged,
): Verdict {
  const uncalibrated = windows.map(({ probabilities, speechMs }) => ({
    speechMs,
    probabilities: atTemperatureOne(probabilities, calibration.temperature),
  }))
  return {
    corpus: clip.corpus,
    name: clip.name,
    speaker: clip.speaker,
    sex: clip.sex,
    truth: labels.indexOf(clip.label),
    probabilities: windows.length > 0 ? clipProbabilities(windows) : prior,
    uncalibrated: windows.length > 0 ? clipProbabilities(uncalibrated) : prior,
    abstained: windows.every(({ abstained }) => abstained),
  }
}

/** softmax(z) from softmax(z / T): the powers p^T, normalised. */
export function atTemperatureOne(probabilities: readonly number[], temperature: number): number[] {
  return normalised(probabilities.map((p) => p ** temperature))
}

/**
 * The verdict of a network that has only some of its outputs: what is said of a corpus that does not tell the others
 * apart.
 *
 * @param labels of the outputs
 * @param kept   at least one of them
 */
export function restrictedTo(verdict: Verdict, labels: readonly string[], kept: readonly string[]): Verdict {
  const isKept = labels.map((label) => kept.includes(label))
  const restrict = (probabilities: readonly number[]): number[] => {
    const masked = probabilities.map((p, k) => (isKept[k] ? p : 0))
    // A network that is certain of another class says nothing about these.
    return masked.some((p) => p > 0) ? normalised(masked) : normalised(isKept.map(Number))
  }
  return {
    ...verdict,
    probabilities: restrict(verdict.probabilities),
    uncalibrated: restrict(verdict.uncalibrated),
  }
}

function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, w) => total + w, 0)
  return weights.map((w) => w / sum)
}

import type { Segment } from '../gate/segment.js'
import { samplesToMs } from '../units.js'
import type { AffectParams } from './affect-params.js'
import { expectedArousalValence } from './circumplex.js'
import type { AbstainReason, Judgement } from './judgement.js'

/** What a judgement needs to know of the audio it is about. */
export type JudgedWindow = Omit<Segment, 'samples'> & { readonly durationSamples: number }

/**
 * A decision on one window of speech.
 *
 * @param labels        the model's, in order
 * @param probabilities calibrated, one a label
 */
export function judge(
  window: JudgedWindow,
  labels: readonly string[],
  probabilities: ArrayLike<number>,
  params: AffectParams,
): Judgement {
  const judgement = describe(window, labels, probabilities)
  const abstainReason = reasonToAbstain(window, judgement.confidence, params)
  return { ...judgement, abstained: abstainReason !== null, abstainReason }
}

/**
 * What is said of audio in which nobody speaks: the model's prior, abstained.
 *
 * @param prior class frequencies of the training, one a label
 */
export function judgeSilence(
  durationSamples: number,
  levelDbfs: number,
  labels: readonly string[],
  prior: readonly number[],
): Judgement {
  const window = { startSample: 0, durationSamples, speechSamples: 0, levelDbfs, snrDb: 0 }
  return { ...describe(window, labels, prior), abstained: true, abstainReason: 'no_speech' }
}

function describe(
  { startSample, durationSamples, speechSamples, levelDbfs, snrDb }: JudgedWindow,
  labels: readonly string[],
  probabilities: ArrayLike<number>,
): Omit<Judgement, 'abstained' | 'abstainReason'> {
  const best = argmax(probabilities)
  const byLabel = Object.fromEntries(labels.map((label, k) => [label, probabilities[k]]))
  return {
    startSample,
    durationSamples,
    speechSamples,
    levelDbfs,
    snrDb,
    label: labels[best],
    confidence: probabilities[best],
    probabilities: byLabel,
    ...expectedArousalValence(byLabel),
  }
}

/** The first that applies, from the most to the least tangible. */
function reasonToAbstain(window: JudgedWindow, confidence: number, params: AffectParams): AbstainReason | null {
  if (samplesToMs(window.speechSamples) < params.minSpeechMs) return 'too_little_speech'
  if (window.snrDb < params.minSnrDb) return 'low_snr'
  if (confidence < params.minConfidence) return 'low_confidence'
  return null
}

/** Index of the greatest; of equals the first. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k
  return best
}

import type { Segment } from '../gate/segment.js'
import { samplesToMs } from '../units.js'
import { abstainReason } from './abstain.js'
import type { AffectParams } from './affect-params.js'
import { expectedArousalValence } from './circumplex.js'
import type { Judgement } from './judgement.js'
import { argmax, probabilityRecord } from './probabilities.js'

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
  const { confidence } = judgement
  const speechMs = samplesToMs(window.speechSamples)
  const reason = abstainReason({ speechMs, snrDb: window.snrDb, confidence }, params)
  return { ...judgement, abstained: reason !== null, abstainReason: reason }
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
  const byLabel = probabilityRecord(labels, probabilities)
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

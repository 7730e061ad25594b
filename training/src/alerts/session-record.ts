import { expectedArousalValence } from '../../../src/affect/circumplex.js'
import type { Judgement } from '../../../src/affect/judgement.js'
import { argmax, probabilityRecord } from '../../../src/affect/probabilities.js'
import type { Episode, NoiseBed, SessionKind } from './session.js'

/** What the device decided in a session, and what was played to it. */
export interface SessionRecord {
  readonly name: string
  readonly kind: SessionKind
  readonly lengthSamples: number
  readonly labels: readonly string[]
  readonly episodes: readonly Episode[]
  readonly beds: readonly Pick<NoiseBed, 'kind' | 'startSample' | 'endSample'>[]
  /** Share of frames that the gate took for speech. */
  readonly speechShare: number
  readonly decisions: readonly RecordedDecision[]
}

// A session's name is `set/model/corpus-speaker/kind-number`.

export function modelOf({ name }: Pick<SessionRecord, 'name'>): string {
  return name.split('/')[1] ?? ''
}

export function personOf({ name }: Pick<SessionRecord, 'name'>): string {
  return name.split('/')[2] ?? ''
}

export function corpusOf(record: Pick<SessionRecord, 'name'>): string {
  return personOf(record).split('-')[0] ?? ''
}

/** Probabilities are kept to four digits, times in samples. */
export interface RecordedDecision {
  /** When the device had heard enough to decide. */
  readonly atSample: number
  readonly startSample: number
  readonly durationSamples: number
  readonly speechSamples: number
  readonly snrDb: number
  readonly abstained: boolean
  readonly probabilities: readonly number[]
}

export function recordedDecision(
  judgement: Judgement,
  labels: readonly string[],
  atSample: number,
): RecordedDecision {
  const { startSample, durationSamples, speechSamples, snrDb, abstained, probabilities } = judgement
  return {
    atSample,
    startSample,
    durationSamples,
    speechSamples,
    snrDb: Math.round(10 * snrDb) / 10,
    abstained,
    probabilities: labels.map((label) => Math.round(1e4 * (probabilities[label] ?? 0)) / 1e4),
  }
}

/** The judgement again, as far as it was recorded: alert rules ask for no more. */
export function judgementOf(recorded: RecordedDecision, labels: readonly string[]): Judgement {
  const { startSample, durationSamples, speechSamples, snrDb, abstained, probabilities } = recorded
  const best = argmax(probabilities)
  const byLabel = probabilityRecord(labels, probabilities)
  return {
    startSample,
    durationSamples,
    speechSamples,
    levelDbfs: 0,
    snrDb,
    label: labels[best] as string,
    confidence: probabilities[best] as number,
    probabilities: byLabel,
    ...expectedArousalValence(byLabel),
    abstained,
    abstainReason: abstained ? 'low_confidence' : null,
  }
}

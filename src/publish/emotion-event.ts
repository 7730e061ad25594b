import type { AbstainReason, Judgement } from '../affect/judgement.js'
import type { ModelIdentity } from '../classify/classifier.js'
import { samplesToMs } from '../units.js'
import type { EventStamp } from './event-sequence.js'
import { sampleTime } from './stream-time.js'
import { roundProbabilities, roundTo } from './wire-numbers.js'

export const EMOTION_SCHEMA = 'affectd.emotion/1'

/** One decision as it goes over MQTT and out of `analyze --json`. Field order is part of the contract. */
export interface EmotionEvent {
  readonly schema: typeof EMOTION_SCHEMA
  /** UUID v7; the key by which a subscriber drops repeats. */
  readonly id: string
  readonly boot_id: string
  /** Rises by one per event within a boot_id. */
  readonly seq: number
  readonly device_id: string
  /** End of the window. */
  readonly time: string
  readonly window: {
    readonly start: string
    readonly duration_ms: number
    readonly speech_ms: number
    readonly level_dbfs: number
    readonly snr_db: number
  }
  /** Argmax of `probabilities`, also when abstained. */
  readonly label: string
  readonly confidence: number
  /** Calibrated; sums to 1 within 1e-6. */
  readonly probabilities: Readonly<Record<string, number>>
  readonly arousal: number
  readonly valence: number
  readonly abstained: boolean
  readonly abstain_reason: AbstainReason | null
  readonly model: { readonly id: string; readonly sha256: string }
}

/** What all events of a stream share. */
export interface StreamContext {
  readonly deviceId: string
  readonly model: ModelIdentity
  /** Unix time of sample 0, ms. */
  readonly streamStartMs: number
}

/** @throws {InternalError} if the judgement holds a number that is not finite */
export function emotionEvent(judgement: Judgement, stamp: EventStamp, context: StreamContext): EmotionEvent {
  const { streamStartMs } = context
  const probabilities = roundProbabilities(judgement.probabilities, judgement.label)
  return {
    schema: EMOTION_SCHEMA,
    id: stamp.id,
    boot_id: stamp.bootId,
    seq: stamp.seq,
    device_id: context.deviceId,
    time: sampleTime(streamStartMs, judgement.startSample + judgement.durationSamples),
    window: {
      start: sampleTime(streamStartMs, judgement.startSample),
      duration_ms: roundTo(samplesToMs(judgement.durationSamples), 0),
      speech_ms: roundTo(samplesToMs(judgement.speechSamples), 0),
      level_dbfs: roundTo(judgement.levelDbfs, 1),
      snr_db: roundTo(judgement.snrDb, 1),
    },
    label: judgement.label,
    confidence: probabilities[judgement.label] as number,
    probabilities,
    arousal: roundTo(judgement.arousal, 3),
    valence: roundTo(judgement.valence, 3),
    abstained: judgement.abstained,
    abstain_reason: judgement.abstainReason,
    model: { id: context.model.id, sha256: context.model.sha256 },
  }
}

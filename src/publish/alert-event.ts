import type { AlertChange, AlertEnd } from '../affect/alerts/alert-rule.js'
import type { FatigueAssessment } from '../affect/fatigue/fatigue-assessment.js'
import type { EventStamp } from './event-sequence.js'
import { sampleTime } from './stream-time.js'
import { roundTo } from './wire-numbers.js'

export const ALERT_SCHEMA = 'affectd.alert/1'

/** An alert that was raised or is over, as it goes over MQTT and out of `analyze --json`. */
export interface AlertEvent {
  readonly schema: typeof ALERT_SCHEMA
  readonly id: string
  readonly boot_id: string
  readonly seq: number
  readonly kind: string
  readonly active: boolean
  readonly score: number
  /** Start of what it was raised by. */
  readonly since: string
  /** Of the change, on the audio clock. */
  readonly time: string
  readonly evidence: AlertEvidence
}

export interface AlertEvidence {
  /** The rule's, as configured. */
  readonly score: string
  readonly enter: number
  readonly exit: number
  readonly hits: number
  readonly of: number
  /** The windows that raised it, or that it is over by. */
  readonly windows: readonly { readonly start: string; readonly end: string; readonly score: number }[]
  readonly ended_by: AlertEnd | null
  readonly fatigue?: FatigueEvidence
}

/** What the vocal fatigue indicator rests on. */
export interface FatigueEvidence {
  readonly experimental: true
  readonly z: number | null
  readonly cusum: number | null
  readonly cues: Readonly<Record<string, { readonly z: number; readonly contribution: number }>>
  readonly baseline: { readonly sessions: number; readonly speech_ms: number }
}

/**
 * @param streamStartMs Unix time of sample 0, ms
 * @throws {InternalError} if the change holds a number that is not finite
 */
export function alertEvent(change: AlertChange, stamp: EventStamp, streamStartMs: number): AlertEvent {
  const { rule, active, fatigue } = change
  const timeOf = (sample: number): string => sampleTime(streamStartMs, sample)
  return {
    schema: ALERT_SCHEMA,
    id: stamp.id,
    boot_id: stamp.bootId,
    seq: stamp.seq,
    kind: rule.kind,
    active,
    score: roundTo(change.score, 3),
    since: timeOf(change.sinceSample),
    time: timeOf(change.atSample),
    evidence: {
      score: rule.score,
      enter: rule.enter,
      exit: rule.exit,
      hits: rule.hits,
      of: rule.of,
      windows: change.windows.map(({ startSample, endSample, score }) => ({
        start: timeOf(startSample),
        end: timeOf(endSample),
        score: roundTo(score, 3),
      })),
      ended_by: change.endedBy,
      ...(fatigue === null ? {} : { fatigue: fatigueEvidence(fatigue) }),
    },
  }
}

function fatigueEvidence({ z, cusum, cues, baseline }: FatigueAssessment): FatigueEvidence {
  return {
    experimental: true,
    z: z === null ? null : roundTo(z, 2),
    cusum: cusum === null ? null : roundTo(cusum, 2),
    cues: Object.fromEntries(
      Object.entries(cues).map(([cue, { z: ownZ, contribution }]) => [
        cue,
        { z: roundTo(ownZ, 2), contribution: roundTo(contribution, 3) },
      ]),
    ),
    baseline: { sessions: baseline.sessions, speech_ms: roundTo(baseline.speechMs, 0) },
  }
}

import type { TallyCounts } from '../affect/summary/tally.js'
import type { EventStamp } from './event-sequence.js'
import type { Message } from './publisher.js'
import { rfc3339 } from './stream-time.js'
import type { Topics } from './topics.js'
import { roundTo } from './wire-numbers.js'

export const SUMMARY_SCHEMA = 'affectd.summary/1'

/** A label with fewer decisions in an aggregate is not told: it might be one person's one sentence. */
export const MIN_LABEL_DECISIONS = 5

/** What a summary is of. */
export interface SummaryPeriod {
  /** `day`: from one `schedule.summary_time` to the next; `aggregate`: as long as it takes for enough of it. */
  readonly kind: 'day' | 'aggregate'
  readonly startMs: number
  readonly endMs: number
  /** IANA name of the zone whose days they are. */
  readonly timeZone: string
}

/**
 * Counts of a period.
 *
 * @param discloses what may be said beside the counts: alerts and fatigue are a person's, and small counts too
 */
export function summaryMessage(
  topics: Topics,
  counts: TallyCounts,
  period: SummaryPeriod,
  stamp: EventStamp,
  { deviceId, discloses }: { readonly deviceId: string; readonly discloses: 'everything' | 'aggregates' },
): Message {
  const isFull = discloses === 'everything'
  const payload = {
    schema: SUMMARY_SCHEMA,
    id: stamp.id,
    boot_id: stamp.bootId,
    seq: stamp.seq,
    device_id: deviceId,
    period: {
      kind: period.kind,
      start: rfc3339(period.startMs),
      end: rfc3339(period.endMs),
      time_zone: period.timeZone,
    },
    decisions: counts.decisions,
    abstained: Object.values(counts.abstained).reduce((sum, n) => sum + n, 0),
    abstained_by: isFull ? counts.abstained : null,
    speech_minutes: roundTo(counts.speechMs / 60_000, isFull ? 2 : 0),
    shares: shares(counts, isFull ? 0 : MIN_LABEL_DECISIONS),
    arousal: mean(counts.arousalMs, counts.standingMs),
    valence: mean(counts.valenceMs, counts.standingMs),
    alerts: isFull ? counts.alerts : null,
    fatigue: isFull ? fatigueOf(counts.fatigue) : null,
  }
  return { topic: topics.summary, payload: JSON.stringify(payload), qos: 1, retain: false, kind: 'event' }
}

/** Of the speech of decisions that stand, by label; those with too few decisions together as `other`. */
function shares(counts: TallyCounts, minDecisions: number): Record<string, number> {
  const told: Record<string, number> = {}
  let other = 0
  for (const [label, speechMs] of Object.entries(counts.labelSpeechMs)) {
    const share = counts.standingMs > 0 ? speechMs / counts.standingMs : 0
    if ((counts.labelDecisions[label] ?? 0) < minDecisions) other += share
    else told[label] = roundTo(share, 3)
  }
  return other > 0 ? { ...told, other: roundTo(other, 3) } : told
}

function mean(sum: number, speechMs: number): number | null {
  return speechMs > 0 ? roundTo(sum / speechMs, 3) : null
}

function fatigueOf({ assessments, scores, highest }: TallyCounts['fatigue']): object | null {
  if (assessments === 0) return null
  return {
    experimental: true,
    assessments,
    mean_score: roundTo(scores / assessments, 3),
    highest_score: roundTo(highest, 3),
  }
}

import { isJsonObject, readJsonObject } from '../hostile-json.js'
import { isExistingTime } from '../existing-time.js'
import type { AlertEvent } from './alert-event.js'
import { ALERT_SCHEMA } from './alert-event.js'
import { PublishError } from '../errors.js'
import type { EventStamp } from './event-sequence.js'
import { rfc3339 } from './stream-time.js'

/** What must be known of an alert that was raised to say, in another process, that it is over. */
export interface RaisedAlert {
  readonly kind: string
  readonly since: string
  readonly score: number
  readonly evidence: Pick<AlertEvent['evidence'], 'score' | 'enter' | 'exit' | 'hits' | 'of'>
}

const SCHEMA = 'affectd.raised_alerts/1'
const KIND = /^[a-z][a-z0-9_]{0,31}$/
const MAX_ALERTS = 64
const MAX_TEXT = 200
export const RAISED_ALERTS_MAX_BYTES = 64 * 1024
const LIMITS = { maxBytes: RAISED_ALERTS_MAX_BYTES, maxDepth: 5 }

export function raisedAlert({ kind, since, score, evidence }: AlertEvent): RaisedAlert {
  const { score: of, enter, exit, hits, of: windows } = evidence
  return { kind, since, score, evidence: { score: of, enter, exit, hits, of: windows } }
}

/** Says that it is over: its process ended without a word, or its rule is gone. */
export function overEvent(alert: RaisedAlert, stamp: EventStamp, nowMs: number): AlertEvent {
  return {
    schema: ALERT_SCHEMA,
    id: stamp.id,
    boot_id: stamp.bootId,
    seq: stamp.seq,
    kind: alert.kind,
    active: false,
    score: alert.score,
    since: alert.since,
    time: rfc3339(nowMs),
    evidence: { ...alert.evidence, windows: [], ended_by: 'restart' },
  }
}

export function encodeRaisedAlerts(alerts: Iterable<RaisedAlert>): string {
  return `${JSON.stringify({ schema: SCHEMA, alerts: [...alerts] })}\n`
}

/**
 * Reads what `encodeRaisedAlerts` wrote; anything else is refused.
 *
 * @throws {PublishError} ALERTS_REFUSED
 */
export function parseRaisedAlerts(bytes: Uint8Array): readonly RaisedAlert[] {
  const { schema, alerts } = readJsonObject(bytes, LIMITS, refused)
  if (schema !== SCHEMA || !Array.isArray(alerts) || alerts.length > MAX_ALERTS) {
    throw refused(`it is no ${SCHEMA}`)
  }
  return alerts.map(parseAlert)
}

function parseAlert(value: unknown): RaisedAlert {
  if (!isJsonObject(value) || !isJsonObject(value['evidence'])) throw refused('an alert in it is no object')
  const { kind, since, score, evidence } = value
  if (typeof kind !== 'string' || !KIND.test(kind)) throw refused('kind')
  if (typeof since !== 'string' || since.length > MAX_TEXT || !isExistingTime(since)) throw refused('since')
  const { score: of } = evidence as Record<string, unknown>
  if (typeof of !== 'string' || of.length > MAX_TEXT) throw refused('evidence.score')
  const numbers = evidence as Record<string, unknown>
  return {
    kind,
    since,
    score: finite(score, 'score'),
    evidence: {
      score: of,
      enter: finite(numbers['enter'], 'enter'),
      exit: finite(numbers['exit'], 'exit'),
      hits: finite(numbers['hits'], 'hits'),
      of: finite(numbers['of'], 'of'),
    },
  }
}

function finite(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw refused(name)
}

function refused(why: string): PublishError {
  return new PublishError('ALERTS_REFUSED', `what was kept of raised alerts cannot be used: ${why}`)
}

import type { FatigueAssessment } from '../affect/fatigue/fatigue-assessment.js'
import type { AffectState } from '../affect/judgement.js'
import type { ModelIdentity } from '../classify/classifier.js'
import type { HealthReport } from '../ops/health.js'
import type { AlertEvent } from './alert-event.js'
import type { EmotionEvent } from './emotion-event.js'
import type { Message } from './publisher.js'
import { rfc3339, sampleTime } from './stream-time.js'
import type { Topics } from './topics.js'
import { roundProbabilities, roundTo } from './wire-numbers.js'

export type DeviceState = 'online' | 'degraded' | 'offline'

/** How the process before ended, if it did not end well. */
export interface LastExit {
  readonly cause: string
  /** Of the error, or the signal or status that the system saw. */
  readonly code: string | null
  readonly message: string | null
  /** Unix time, ms. */
  readonly timeMs: number | null
}

/** The model in force. */
export interface ModelInfo extends ModelIdentity {
  readonly origin: 'released' | 'delivered'
  /** Unix time, ms; null when it is not on trial. */
  readonly trialUntilMs: number | null
  /** Why a delivered model is not in force any more. */
  readonly lastRollback: {
    readonly id: string
    readonly code: string
    readonly message: string
    readonly timeMs: number
  } | null
}

/** What this device is and runs. */
export interface DeviceInfo {
  readonly deviceId: string
  readonly bootId: string
  readonly versions: Readonly<Record<string, string>>
  /** Null while no model is loaded, since the device does not listen. */
  readonly model: ModelInfo | null
  readonly featureParamsHash: string
  readonly configRevision: number
  readonly capabilities: readonly string[]
  /** Null: well. */
  readonly lastExit: LastExit | null
}

/** Whether the device listens, and why not. Machine-readable reasons. */
export interface ListeningReport {
  readonly listening: boolean
  readonly reason: string | null
  readonly heldBy: readonly string[]
  readonly sinceMs: number
}

export function emotionMessage(topics: Topics, event: EmotionEvent): Message {
  return { topic: topics.emotion, payload: JSON.stringify(event), qos: 1, retain: false, kind: 'event' }
}

/** Retained: a dashboard that starts later knows what is active. And an event all the same: every change is delivered. */
export function alertMessage(topics: Topics, event: AlertEvent): Message {
  const payload = JSON.stringify(event)
  return { topic: topics.alert(event.kind), payload, qos: 1, retain: true, kind: 'alert' }
}

/**
 * @param reason machine-readable (`connection_lost`, `shutdown`, an error's code in lower case), or null when there is
 *               nothing to say
 */
export function statusMessage(
  topics: Topics,
  state: DeviceState,
  reason: string | null,
  nowMs: number,
): Message {
  return retained(topics.status, { state, reason, time: rfc3339(nowMs) }, 1)
}

export function infoMessage(topics: Topics, info: DeviceInfo, nowMs: number): Message {
  const payload = {
    device_id: info.deviceId,
    boot_id: info.bootId,
    versions: info.versions,
    model: info.model && modelInfo(info.model),
    feature_params_hash: info.featureParamsHash,
    config_revision: info.configRevision,
    capabilities: info.capabilities,
    last_exit: info.lastExit && lastExitOf(info.lastExit),
    time: rfc3339(nowMs),
  }
  return retained(topics.info, payload, 1)
}

function modelInfo({ id, sha256, origin, trialUntilMs, lastRollback }: ModelInfo): object {
  return {
    id,
    sha256,
    origin,
    trial_until: trialUntilMs === null ? null : rfc3339(trialUntilMs),
    last_rollback: lastRollback && {
      id: lastRollback.id,
      error: { code: lastRollback.code, message: lastRollback.message },
      time: rfc3339(lastRollback.timeMs),
    },
  }
}

/**
 * @param streamStartMs Unix time of sample 0, ms
 * @param fatigue       what the indicator says; undefined where there is none
 */
export function stateMessage(
  topics: Topics,
  state: AffectState,
  streamStartMs: number,
  fatigue?: FatigueAssessment,
): Message {
  const payload = {
    label: state.label,
    probabilities: roundProbabilities(state.probabilities, state.label),
    arousal: roundTo(state.arousal, 3),
    valence: roundTo(state.valence, 3),
    speaking: state.speaking,
    since: sampleTime(streamStartMs, state.sinceSample),
    time: sampleTime(streamStartMs, state.atSample),
    fatigue: fatigue === undefined ? null : fatigueState(fatigue),
  }
  return retained(topics.state, payload, 1)
}

export function listeningMessage(
  topics: Topics,
  { listening, reason, heldBy, sinceMs }: ListeningReport,
): Message {
  const payload = { listening, reason, held_by: heldBy, since: rfc3339(sinceMs) }
  return retained(topics.listening, payload, 1)
}

export function healthMessage(topics: Topics, report: HealthReport, nowMs: number): Message {
  const payload = {
    time: rfc3339(nowMs),
    uptime_s: roundTo(report.uptimeS, 0),
    rss_mb: roundTo(report.rssMb, 1),
    cpu_percent: roundTo(report.cpuPercent, 1),
    capture_state: report.captureState,
    capture_drops: report.captureDrops,
    capture_restarts: report.captureRestarts,
    capture_drift_ppm: report.captureDriftPpm === null ? null : roundTo(report.captureDriftPpm, 1),
    speech_ratio: roundTo(report.speechRatio, 3),
    inference_p50_ms: report.inferenceP50Ms === null ? null : roundTo(report.inferenceP50Ms, 2),
    inference_p95_ms: report.inferenceP95Ms === null ? null : roundTo(report.inferenceP95Ms, 2),
    outbox_depth: report.outboxDepth,
    outbox_dropped: report.outboxDropped,
    outbox_dropped_by: report.outboxDroppedBy,
    outbox_store: report.outboxStore,
    reconnects: report.reconnects,
    adaptation: { speech_ms: report.adaptationSpeechMs },
  }
  return retained(topics.health, payload, 0)
}

/** Takes back what the broker retains of a topic. */
export function removal(topic: string): Message {
  return { topic, payload: '', qos: 1, retain: true, kind: 'state' }
}

function lastExitOf({ cause, code, message, timeMs }: LastExit): object {
  return { clean: false, cause, code, message, time: timeMs === null ? null : rfc3339(timeMs) }
}

function fatigueState({ status, reason, score }: FatigueAssessment): object {
  return { experimental: true, status, reason, score: score === null ? null : roundTo(score, 3) }
}

function retained(topic: string, payload: object, qos: 0 | 1): Message {
  return { topic, payload: JSON.stringify(payload), qos, retain: true, kind: 'state' }
}

import type { AlertChange } from '../../src/affect/alerts/alert-rule.js'
import type { FatigueAssessment } from '../../src/affect/fatigue/fatigue-assessment.js'
import type { TallyCounts } from '../../src/affect/summary/tally.js'
import type { Judgement } from '../../src/affect/judgement.js'
import { alertEvent } from '../../src/publish/alert-event.js'
import { emotionEvent } from '../../src/publish/emotion-event.js'
import { configReportedMessage, type ReportedConfig } from '../../src/publish/config-reported.js'
import { discoveryMessage } from '../../src/publish/home-assistant/discovery-message.js'
import {
  alertMessage,
  emotionMessage,
  healthMessage,
  infoMessage,
  listeningMessage,
  stateMessage,
  statusMessage,
} from '../../src/publish/payloads.js'
import type { Message } from '../../src/publish/publisher.js'
import { summaryMessage } from '../../src/publish/summary-message.js'
import { createTopics } from '../../src/publish/topics.js'

export const SAMPLE_TOPICS = createTopics('bus-12')
/** 2026-11-21T08:00:00.000Z */
export const SAMPLE_NOW_MS = Date.UTC(2026, 10, 21, 8)

export const SAMPLE_JUDGEMENT: Judgement = {
  startSample: 48_000,
  durationSamples: 48_000,
  speechSamples: 34_240,
  levelDbfs: -23.4123,
  snrDb: 17.949,
  label: 'angry',
  confidence: 0.81,
  probabilities: {
    neutral: 0.05,
    calm: 0.01,
    happy: 0.06,
    sad: 0.01,
    angry: 0.81,
    fearful: 0.03,
    disgust: 0.02,
    surprised: 0.01,
  },
  arousal: 0.6204,
  valence: -0.5496,
  abstained: false,
  abstainReason: null,
}

export const SAMPLE_CONTEXT = {
  deviceId: 'bus-12',
  model: { id: 'm1', sha256: 'ab'.repeat(32) },
  streamStartMs: SAMPLE_NOW_MS - 6000,
}

export const SAMPLE_FATIGUE: FatigueAssessment = {
  atSample: 96_000,
  status: 'ok',
  reason: null,
  score: 0.71234,
  z: 2.1249,
  cusum: 5.4321,
  raised: true,
  cues: { speech_rate: { z: 2.5049, contribution: 0.75049 } },
  baseline: { sessions: 4, speechMs: 912_340.4, frozen: true },
}

export const SAMPLE_ALERT: AlertChange = {
  rule: {
    kind: 'fatigue',
    score: 'fatigue',
    enter: 0.5,
    exit: 0.3,
    hits: 1,
    of: 1,
    withinS: 3600,
    minDurationS: 0,
    cooldownS: 1800,
  },
  active: true,
  score: 0.71234,
  sinceSample: 48_000,
  atSample: 96_000,
  windows: [{ startSample: 48_000, endSample: 96_000, score: 0.71234 }],
  endedBy: null,
  fatigue: SAMPLE_FATIGUE,
}

export const SAMPLE_COUNTS: TallyCounts = {
  decisions: 40,
  abstained: { low_snr: 4, low_confidence: 6 },
  speechMs: 61_234,
  labelSpeechMs: { neutral: 40_000, angry: 8000, sad: 2000 },
  labelDecisions: { neutral: 22, angry: 6, sad: 2 },
  arousalMs: 6000,
  valenceMs: -5500,
  standingMs: 50_000,
  alerts: { anger: 1 },
  fatigue: { assessments: 3, scores: 0.6, highest: 0.4 },
}

export const SAMPLE_STAMP = {
  id: '019a0000-0000-7000-8000-000000000000',
  bootId: '7d0f3b52-3a5c-4c3c-9d3e-0a4f5d0b8c11',
  seq: 41,
}

const SAMPLE_REPORT: ReportedConfig = {
  device: { revision: 7, status: 'applied', error: null },
  group: {
    name: 'buses',
    revision: 3,
    status: 'rolled_back',
    error: { code: 'CONFIG_ROLLED_BACK_BROKER', message: 'the broker cannot be reached with it' },
  },
  isConfirmed: false,
  trialUntilMs: SAMPLE_NOW_MS + 120_000,
  refused: {
    scope: 'group',
    revision: null,
    error: { code: 'CONFIG_DESIRED_MALFORMED', message: 'it is not UTF-8 JSON' },
  },
  effective: { affect: { min_confidence: 0.5 } },
}

/** One message of each topic that the device itself publishes, by the name of its channel in docs/asyncapi.yaml. */
export function sampleMessages(): Readonly<Record<string, Message>> {
  const topics = SAMPLE_TOPICS
  const now = SAMPLE_NOW_MS
  return {
    status: statusMessage(topics, 'degraded', 'capture_lost', now),
    info: infoMessage(
      topics,
      {
        deviceId: 'bus-12',
        bootId: SAMPLE_STAMP.bootId,
        versions: { affectd: '0.1.0', node: '20.0.0' },
        model: {
          ...SAMPLE_CONTEXT.model,
          origin: 'delivered',
          trialUntilMs: now + 600_000,
          lastRollback: {
            id: 'm0',
            code: 'MODEL_ROLLED_BACK_CRASH',
            message: 'the process died while it was on trial',
            timeMs: now - 60_000,
          },
        },
        featureParamsHash: 'cd'.repeat(32),
        configRevision: 0,
        capabilities: ['emotion', 'state', 'request/ping'],
        lastExit: {
          cause: 'error',
          code: 'INTERNAL_UNEXPECTED',
          message: 'x is not iterable',
          timeMs: SAMPLE_NOW_MS - 5000,
        },
      },
      now,
    ),
    emotion: emotionMessage(topics, emotionEvent(SAMPLE_JUDGEMENT, SAMPLE_STAMP, SAMPLE_CONTEXT)),
    state: stateMessage(
      topics,
      {
        label: 'calm',
        probabilities: { calm: 0.75, sad: 0.25 },
        arousal: -0.25,
        valence: 0.5,
        speaking: true,
        sinceSample: 16_000,
        atSample: 16_001,
      },
      now,
      SAMPLE_FATIGUE,
    ),
    alert: alertMessage(topics, alertEvent(SAMPLE_ALERT, SAMPLE_STAMP, SAMPLE_CONTEXT.streamStartMs)),
    summary: summaryMessage(
      topics,
      SAMPLE_COUNTS,
      { kind: 'day', startMs: now - 86_400_000, endMs: now, timeZone: 'Europe/Berlin' },
      SAMPLE_STAMP,
      { deviceId: 'bus-12', discloses: 'everything' },
    ),
    configReported: configReportedMessage(topics, SAMPLE_REPORT, now),
    listening: listeningMessage(topics, {
      listening: false,
      reason: 'mute_file',
      heldBy: ['mute_file', 'request'],
      sinceMs: now,
    }),
    health: healthMessage(
      topics,
      {
        uptimeS: 61.4,
        rssMb: 80.123,
        cpuPercent: 12.345,
        captureState: 'healthy',
        captureRestarts: 1,
        captureDriftPpm: 12.34,
        captureDrops: 2,
        speechRatio: 0.12345,
        inferenceP50Ms: 8.1234,
        inferenceP95Ms: null,
        outboxDepth: 3,
        outboxDropped: 1,
        outboxDroppedBy: { count: 1, bytes: 0, age: 0, unreadable: 0 },
        outboxStore: 'disk',
        reconnects: 4,
        adaptationSpeechMs: 42_980,
      },
      now,
    ),
  }
}

export function sampleDiscovery(alertKinds: readonly string[]): Message {
  return discoveryMessage(SAMPLE_TOPICS, 'homeassistant', {
    deviceId: 'bus-12',
    modelId: 'm1',
    version: '0.1.0',
    labels: Object.keys(SAMPLE_JUDGEMENT.probabilities),
    alertKinds,
    tells: { emotion: true, state: true },
    healthIntervalS: 60,
  })
}

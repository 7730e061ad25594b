import t from 'tap'
import type { Judgement } from '../../src/affect/judgement.js'
import { emotionEvent } from '../../src/publish/emotion-event.js'
import { createEventSequence } from '../../src/publish/event-sequence.js'
import { parseEmotionEvent } from '../../src/publish/parse-emotion-event.js'
import {
  emotionMessage,
  healthMessage,
  infoMessage,
  listeningMessage,
  stateMessage,
  statusMessage,
} from '../../src/publish/payloads.js'
import { createPresence } from '../../src/publish/presence.js'
import { createTopics } from '../../src/publish/topics.js'

const topics = createTopics('bus-12')
const NOW = Date.UTC(2026, 10, 21, 8)
const judgement: Judgement = {
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
const context = { deviceId: 'bus-12', model: { id: 'm1', sha256: 'ab' }, streamStartMs: NOW - 6000 }
const stamp = { id: '019a0000-0000-7000-8000-000000000000', bootId: 'boot', seq: 41 }

t.test('contract: an emotion event, byte for byte', (t) => {
  const message = emotionMessage(topics, emotionEvent(judgement, stamp, context))
  t.same(
    { ...message, payload: '' },
    { topic: 'affectd/bus-12/emotion', payload: '', qos: 1, retain: false, kind: 'event' },
  )
  t.equal(
    message.payload,
    '{"schema":"affectd.emotion/1","id":"019a0000-0000-7000-8000-000000000000","boot_id":"boot","seq":41,' +
      '"device_id":"bus-12","time":"2026-11-21T08:00:00.000Z","window":{"start":"2026-11-21T07:59:57.000Z",' +
      '"duration_ms":3000,"speech_ms":2140,"level_dbfs":-23.4,"snr_db":17.9},"label":"angry","confidence":0.81,' +
      '"probabilities":{"neutral":0.05,"calm":0.01,"happy":0.06,"sad":0.01,"angry":0.81,"fearful":0.03,' +
      '"disgust":0.02,"surprised":0.01},"arousal":0.62,"valence":-0.55,"abstained":false,"abstain_reason":null,' +
      '"model":{"id":"m1","sha256":"ab"}}',
  )
  t.end()
})

t.test('the confidence is the probability of the label after rounding', (t) => {
  const third = {
    ...judgement,
    label: 'b',
    probabilities: { a: 1 / 3, b: 1 / 3, c: 1 / 3 },
    confidence: 1 / 3,
  }
  const event = emotionEvent(third, stamp, context)
  t.equal(event.confidence, event.probabilities['b'])
  t.end()
})

t.test('an event reads back as it was, and nothing else does', (t) => {
  const event = emotionEvent({ ...judgement, abstained: true, abstainReason: 'low_snr' }, stamp, context)
  const read = (value: unknown): unknown => parseEmotionEvent(Buffer.from(JSON.stringify(value)))
  t.same(read(event), event)
  t.same(read({ ...event, more: 1 }), { ...event, more: 1 }, 'later additions are let through')
  for (const key of Object.keys(event)) t.equal(read({ ...event, [key]: undefined }), undefined, key)
  t.equal(read({ ...event, schema: 'affectd.emotion/2' }), undefined)
  t.equal(read({ ...event, probabilities: { a: 'x' } }), undefined)
  t.equal(parseEmotionEvent(Buffer.from([0xff, 0x7b])), undefined)
  t.end()
})

t.test('contract: status, the will, greeting and farewell', (t) => {
  t.same(statusMessage(topics, 'degraded', 'capture_lost', NOW), {
    topic: 'affectd/bus-12/status',
    payload: '{"state":"degraded","reason":"capture_lost","time":"2026-11-21T08:00:00.000Z"}',
    qos: 1,
    retain: true,
    kind: 'state',
  })
  const presence = createPresence(
    topics,
    () => ({ state: 'online', reason: null }),
    () => NOW,
  )
  t.same(
    [presence.will(), presence.greeting(), presence.farewell()].map(({ payload }) => payload),
    [
      '{"state":"offline","reason":"connection_lost","time":"2026-11-21T08:00:00.000Z"}',
      '{"state":"online","reason":null,"time":"2026-11-21T08:00:00.000Z"}',
      '{"state":"offline","reason":"shutdown","time":"2026-11-21T08:00:00.000Z"}',
    ],
  )
  t.ok([presence.will(), presence.greeting(), presence.farewell()].every(({ retain }) => retain))
  const failed = createPresence(
    topics,
    () => ({ state: 'online', reason: null }),
    () => NOW,
    () => 'input_truncated',
  )
  t.match(failed.farewell().payload, '"state":"offline","reason":"input_truncated"')
  t.end()
})

t.test('contract: info, state, listening and health', (t) => {
  const info = infoMessage(
    topics,
    {
      deviceId: 'bus-12',
      bootId: 'boot',
      versions: { affectd: '0.1.0', node: '20.0.0' },
      model: { id: 'm1', sha256: 'ab' },
      featureParamsHash: 'cd',
      configRevision: 0,
      capabilities: ['emotion'],
    },
    NOW,
  )
  t.equal(
    info.payload,
    '{"device_id":"bus-12","boot_id":"boot","versions":{"affectd":"0.1.0","node":"20.0.0"},' +
      '"model":{"id":"m1","sha256":"ab"},"feature_params_hash":"cd","config_revision":0,' +
      '"capabilities":["emotion"],"time":"2026-11-21T08:00:00.000Z"}',
  )
  const state = stateMessage(
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
    NOW,
  )
  t.equal(
    state.payload,
    '{"label":"calm","probabilities":{"calm":0.75,"sad":0.25},"arousal":-0.25,"valence":0.5,"speaking":true,' +
      '"since":"2026-11-21T08:00:01.000Z","time":"2026-11-21T08:00:01.000Z"}',
  )
  const listening = listeningMessage(topics, false, 'privacy_window', NOW)
  t.equal(
    listening.payload,
    '{"listening":false,"reason":"privacy_window","since":"2026-11-21T08:00:00.000Z"}',
  )
  const health = healthMessage(
    topics,
    {
      uptimeS: 61.4,
      rssMb: 80.123,
      cpuPercent: 12.345,
      captureState: 'running',
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
    NOW,
  )
  t.equal(
    health.payload,
    '{"time":"2026-11-21T08:00:00.000Z","uptime_s":61,"rss_mb":80.1,"cpu_percent":12.3,' +
      '"capture_state":"running","capture_drops":2,"capture_restarts":1,"capture_drift_ppm":12.3,"speech_ratio":0.123,"inference_p50_ms":8.12,' +
      '"inference_p95_ms":null,"outbox_depth":3,"outbox_dropped":1,' +
      '"outbox_dropped_by":{"count":1,"bytes":0,"age":0,"unreadable":0},"outbox_store":"disk","reconnects":4,' +
      '"adaptation":{"speech_ms":42980}}',
  )
  t.same(
    [info, state, listening, health].map(({ topic, qos, retain }) => [topic, qos, retain]),
    [
      ['affectd/bus-12/info', 1, true],
      ['affectd/bus-12/state', 1, true],
      ['affectd/bus-12/listening', 1, true],
      ['affectd/bus-12/health', 0, true],
    ],
  )
  t.end()
})

t.test('one sequence counts the events of all kinds', (t) => {
  let n = 0
  const next = createEventSequence('boot', () => `id${++n}`)
  t.same(
    [next(), next()],
    [
      { id: 'id1', bootId: 'boot', seq: 1 },
      { id: 'id2', bootId: 'boot', seq: 2 },
    ],
  )
  t.end()
})

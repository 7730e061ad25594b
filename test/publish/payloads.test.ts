import t from 'tap'
import { emotionEvent } from '../../src/publish/emotion-event.js'
import { createEventSequence } from '../../src/publish/event-sequence.js'
import { parseEmotionEvent } from '../../src/publish/parse-emotion-event.js'
import { createPresence } from '../../src/publish/presence.js'
import {
  SAMPLE_CONTEXT,
  SAMPLE_JUDGEMENT,
  SAMPLE_NOW_MS,
  SAMPLE_STAMP,
  SAMPLE_TOPICS,
} from '../support/sample-messages.js'

t.test('the confidence is the probability of the label after rounding', (t) => {
  const third = {
    ...SAMPLE_JUDGEMENT,
    label: 'b',
    probabilities: { a: 1 / 3, b: 1 / 3, c: 1 / 3 },
    confidence: 1 / 3,
  }
  const event = emotionEvent(third, SAMPLE_STAMP, SAMPLE_CONTEXT)
  t.equal(event.confidence, event.probabilities['b'])
  t.end()
})

t.test('an event reads back as it was, and nothing else does', (t) => {
  const event = emotionEvent(
    { ...SAMPLE_JUDGEMENT, abstained: true, abstainReason: 'low_snr' },
    SAMPLE_STAMP,
    SAMPLE_CONTEXT,
  )
  const read = (value: unknown): unknown => parseEmotionEvent(Buffer.from(JSON.stringify(value)))
  t.same(read(event), event)
  t.same(read({ ...event, more: 1 }), { ...event, more: 1 }, 'later additions are let through')
  for (const key of Object.keys(event)) t.equal(read({ ...event, [key]: undefined }), undefined, key)
  t.equal(read({ ...event, schema: 'affectd.emotion/2' }), undefined)
  t.equal(read({ ...event, probabilities: { a: 'x' } }), undefined)
  t.equal(parseEmotionEvent(Buffer.from([0xff, 0x7b])), undefined)
  t.end()
})

t.test('contract: the will, greeting and farewell', (t) => {
  const presence = createPresence(
    SAMPLE_TOPICS,
    () => ({ state: 'online', reason: null }),
    () => SAMPLE_NOW_MS,
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
    SAMPLE_TOPICS,
    () => ({ state: 'online', reason: null }),
    () => SAMPLE_NOW_MS,
    () => 'input_truncated',
  )
  t.match(failed.farewell().payload, '"state":"offline","reason":"input_truncated"')
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

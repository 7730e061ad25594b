import t from 'tap'
import { EMOTION_SCHEMA } from '../../src/publish/emotion-event.js'
import { parseEmotionEvent } from '../../src/publish/parse-emotion-event.js'

const TEXT = JSON.stringify({
  schema: EMOTION_SCHEMA,
  id: 'i',
  boot_id: 'b',
  seq: 1,
  device_id: 'd',
  time: '2026-11-21T08:00:00.000Z',
  window: {
    start: '2026-11-21T07:59:57.000Z',
    duration_ms: 3000,
    speech_ms: 2140,
    level_dbfs: -23.4,
    snr_db: 17.9,
  },
  label: 'angry',
  confidence: 0.81,
  probabilities: { angry: 0.81, calm: 0.19 },
  arousal: 0.62,
  valence: -0.55,
  abstained: false,
  abstain_reason: null,
  model: { id: 'm', sha256: 'x' },
})

function parse(text: string): unknown {
  return parseEmotionEvent(Buffer.from(text))
}

t.test('an event is read as it was sent', async (t) => {
  t.same(parse(TEXT), JSON.parse(TEXT))
})

t.test('a number too large for a double makes it no event', async (t) => {
  for (const [number, huge] of [
    ['"confidence":0.81', '"confidence":1e999'],
    ['"snr_db":17.9', '"snr_db":-1e999'],
    ['"calm":0.19', '"calm":1e999'],
  ] as const) {
    t.ok(TEXT.includes(number))
    t.equal(parse(TEXT.replace(number, huge)), undefined, huge)
  }
})

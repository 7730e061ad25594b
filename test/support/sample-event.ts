import type { EmotionEvent } from '../../src/publish/emotion-event.js'

/** An event as a device would send it. */
export const SAMPLE_EVENT: EmotionEvent = {
  schema: 'affectd.emotion/1',
  id: '019a0000-0000-7000-8000-000000000000',
  boot_id: 'b',
  seq: 41,
  device_id: 't1',
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
}

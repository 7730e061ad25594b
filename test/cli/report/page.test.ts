import fc from 'fast-check'
import t from 'tap'
import { AudioPainter } from '../../../src/cli/report/audio-picture.js'
import type { ReportDecision } from '../../../src/cli/report/decision.js'
import { escapeHtml } from '../../../src/cli/report/escape.js'
import { pageEnd, pageSection, pageStart } from '../../../src/cli/report/page.js'
import { TimeAxis } from '../../../src/cli/report/time-axis.js'
import { FRAME_SAMPLES } from '../../../src/units.js'

const LABELS = ['neutral', 'angry']

function decision(startS: number, part: Partial<ReportDecision['event']> = {}): ReportDecision {
  return {
    startS,
    endS: startS + 3,
    event: {
      schema: 'affectd.emotion/1',
      id: 'i',
      boot_id: 'b',
      seq: 1,
      device_id: 'd',
      time: '1970-01-01T00:00:03.000Z',
      window: {
        start: '1970-01-01T00:00:00.000Z',
        duration_ms: 3000,
        speech_ms: 2000,
        level_dbfs: -25,
        snr_db: 20,
      },
      label: 'angry',
      confidence: 0.8,
      probabilities: { neutral: 0.2, angry: 0.8 },
      arousal: 0.6,
      valence: -0.5,
      abstained: false,
      abstain_reason: null,
      model: { id: 'm', sha256: 'ab'.repeat(32) },
      ...part,
    },
  }
}

const ALERTS = [{ kind: 'anger', startS: 3, endS: 7.5, score: 0.8 }]

function page(path: string, decisions: readonly ReportDecision[], frames = 250, labels = LABELS): string {
  const painter = new AudioPainter()
  const samples = new Float32Array(FRAME_SAMPLES)
  for (let i = 0; i < frames; i++) {
    for (let k = 0; k < FRAME_SAMPLES; k++)
      samples[k] = 0.5 * Math.sin((2 * Math.PI * 440 * (i * FRAME_SAMPLES + k)) / 16_000)
    painter.push(samples)
  }
  const head = { version: '1.0.0', model: { id: 'm', sha256: 'ab'.repeat(32) }, labels }
  return (
    pageStart(head) +
    pageSection({ path, decisions, alerts: ALERTS }, painter.picture(100), labels) +
    pageEnd()
  )
}

t.test(
  'a report shows waveform, spectrogram, labels, probabilities and a table, and loads nothing',
  async (t) => {
    const html = page('a.wav', [decision(0), decision(1.5, { abstained: true, abstain_reason: 'low_snr' })])
    t.match(html, /^<!doctype html>/)
    t.match(html, 'alert anger 3.00–7.50 s, score 0.80')
    t.match(html, 'class="wave"')
    t.match(html, 'href="data:image/png;base64,')
    t.match(html, '<title>0.00–3.00 s: angry 80 %</title>')
    t.match(html, 'abstained: low_snr')
    t.match(html, 'time, s')
    t.match(html, 'prefers-color-scheme:dark')
    t.equal((html.match(/<tr>/g) ?? []).length, 3)
    t.notMatch(html, /(?:src|href)="(?!data:)/)
    t.notMatch(html, /https?:|url\((?!#)|@import|<script|<link/)
  },
)

t.test('every tag that is opened is closed', async (t) => {
  const html = page('a.wav', [decision(0)])
  const open: string[] = []
  for (const [, slash, name, rest] of html.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|[^">])*)>/g)) {
    if (rest.endsWith('/') || ['meta', 'img', 'br'].includes(name)) continue
    if (slash === '') open.push(name)
    else t.equal(open.pop(), name)
  }
  t.same(open, [])
})

t.test('names from outside stay text', async (t) => {
  const nasty = `"><script>alert(1)</script>'&\u0000\u001b[2J`
  const html = page(nasty, [decision(0, { label: nasty, probabilities: { [nasty]: 1 } })], 250, [nasty])
  t.notMatch(html, '<script')
  t.notMatch(html, '\u001b')
  t.match(html, '&lt;script&gt;')
})

t.test('no text can leave its place once it is escaped', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>"'\u0000]/.test(escapeHtml(text))))
})

t.test('an empty recording, one frame and an hour make a report too', async (t) => {
  for (const frames of [0, 1, 180_000]) {
    const painter = new AudioPainter()
    const samples = new Float32Array(FRAME_SAMPLES)
    for (let i = 0; i < Math.min(frames, 3000); i++) painter.push(samples)
    t.ok(painter.picture(1600).envelope.length >= 1)
  }
  t.notMatch(page('a.wav', [], 0), /NaN|Infinity|undefined/)
  t.notMatch(page('a.wav', [decision(0)], 1), /NaN|Infinity|undefined/)
})

t.test('the time axis has round ticks, two to thirteen, whatever the duration', async () => {
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 200_000, noNaN: true }), (durationS) => {
      const axis = new TimeAxis(durationS)
      const ticks = axis.ticks()
      return ticks.length >= 2 && ticks.length <= 14 && ticks.every((tick) => tick <= durationS + 1e-6)
    }),
  )
})

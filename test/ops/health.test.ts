import fc from 'fast-check'
import t from 'tap'
import { DurationRing } from '../../src/ops/duration-ring.js'
import { HealthRecord } from '../../src/ops/health.js'

const readings = {
  monotonicMs: 11_000,
  rssBytes: 80e6,
  cpuMicros: 3_000_000,
  captureState: 'running',
  captureRestarts: 0,
  captureDriftPpm: null,
  captureDrops: 2,
  framesSeen: 500,
  framesSpeech: 100,
  outboxDepth: 3,
  outboxDropped: 1,
  outboxDroppedBy: { count: 1, bytes: 0, age: 0, unreadable: 0 },
  outboxStore: 'disk' as const,
  reconnects: 4,
  adaptationSpeechMs: 42_980,
}

t.test('rates are taken between one report and the next', (t) => {
  const record = new HealthRecord({ monotonicMs: 1000, cpuMicros: 1_000_000 })
  const first = record.report(readings)
  t.match(first, { uptimeS: 10, rssMb: 80, cpuPercent: 20, speechRatio: 0.2, captureDrops: 2, reconnects: 4 })
  t.equal(first.inferenceP50Ms, null)
  record.inferenceTook(8)
  const second = record.report({
    ...readings,
    monotonicMs: 21_000,
    cpuMicros: 4_000_000,
    framesSeen: 1000,
    framesSpeech: 600,
  })
  t.match(second, { uptimeS: 20, cpuPercent: 10, speechRatio: 1, inferenceP50Ms: 8, inferenceP95Ms: 8 })
  t.match(record.report({ ...readings, monotonicMs: 21_000, framesSeen: 1000, framesSpeech: 600 }), {
    cpuPercent: 0,
    speechRatio: 0,
  })
  t.end()
})

t.test('percentiles are nearest ranks of the last durations', (t) => {
  const ring = new DurationRing(100)
  t.same(ring.percentiles([0.5]), [null])
  for (let ms = 1; ms <= 250; ms++) ring.add(ms)
  t.same(ring.percentiles([0.5, 0.95, 1]), [200, 245, 250])
  t.end()
})

t.test('a percentile is one of the last durations, with its share of them at or below it', (t) => {
  const durations = fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      durations,
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (size, all, rank) => {
        const ring = new DurationRing(size)
        for (const ms of all) ring.add(ms)
        const last = all.slice(-size)
        const value = ring.percentiles([rank])[0] as number
        return last.includes(value) && last.filter((ms) => ms <= value).length >= rank * last.length
      },
    ),
  )
  t.end()
})

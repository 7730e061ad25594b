import fc from 'fast-check'
import t from 'tap'
import { Tally } from '../../../src/affect/summary/tally.js'
import { encodeTally, parseTally } from '../../../src/affect/summary/tally-format.js'
import type { Judgement } from '../../../src/affect/judgement.js'
import { InputError } from '../../../src/errors.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import { SAMPLE_COUNTS, SAMPLE_FATIGUE, SAMPLE_JUDGEMENT } from '../../support/sample-messages.js'

/** Three seconds of speech that end then. */
function decision(endS: number, fields: Partial<Judgement> = {}): Judgement {
  const [startSample, durationSamples] = [(endS - 3) * SAMPLE_RATE_HZ, 3 * SAMPLE_RATE_HZ]
  return { ...SAMPLE_JUDGEMENT, startSample, durationSamples, speechSamples: durationSamples, ...fields }
}

t.test('decisions are counted by label, speech once however windows overlap', async (t) => {
  const tally = new Tally()
  tally.addDecision(decision(3))
  tally.addDecision(decision(4.5))
  tally.addDecision(decision(10, { label: 'neutral', arousal: 0, valence: 0 }))
  tally.addDecision(decision(20, { abstained: true, abstainReason: 'low_snr' }))
  t.match(tally.counts, {
    decisions: 4,
    abstained: { low_snr: 1 },
    speechMs: 10_500,
    labelSpeechMs: { angry: 4500, neutral: 3000 },
    labelDecisions: { angry: 2, neutral: 1 },
    standingMs: 7500,
  })
  t.ok(Math.abs(tally.counts.arousalMs - 4500 * SAMPLE_JUDGEMENT.arousal) < 1e-9)
})

t.test('a stream that begins anew is counted from its start', async (t) => {
  const tally = new Tally()
  tally.addDecision(decision(100))
  tally.addDecision(decision(3))
  t.equal(tally.counts.speechMs, 6000)
})

t.test('alerts are counted when they are raised, fatigue where it says something', async (t) => {
  const tally = new Tally()
  tally.addAlert({ kind: 'anger', active: true })
  tally.addAlert({ kind: 'anger', active: false })
  tally.addFatigue({ ...SAMPLE_FATIGUE, score: 0.5 })
  tally.addFatigue({ ...SAMPLE_FATIGUE, score: 0.25 })
  tally.addFatigue({ ...SAMPLE_FATIGUE, score: null })
  t.match(tally.counts, { alerts: { anger: 1 }, fatigue: { assessments: 2, scores: 0.75, highest: 0.5 } })
  t.equal(tally.revision, 3)
})

const KEPT = { kind: 'day', startMs: 1000, lastMs: 2000, counts: SAMPLE_COUNTS } as const

t.test('a period is read as it was kept, and anything else is refused', async (t) => {
  const text = encodeTally(KEPT)
  t.same(parseTally(Buffer.from(text)), KEPT)
  const isRefused = (damaged: string): boolean => {
    try {
      parseTally(Buffer.from(damaged))
      return true
    } catch (error) {
      return error instanceof InputError && error.code === 'SUMMARY_REFUSED'
    }
  }
  fc.assert(fc.property(fc.json(), isRefused))
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, put) =>
      isRefused(text.slice(0, at) + put + text.slice(at + 1)),
    ),
  )
  for (const [from, to] of [
    ['"decisions":40', '"decisions":-1'],
    ['"neutral":40000', '"a/b":40000'],
    ['"day"', '"week"'],
    ['"startMs":1000', '"startMs":null'],
    ['"startMs":1000', '"startMs":9e15'],
  ] as const)
    t.throws(() => parseTally(Buffer.from(text.replace(from, to))), { code: 'SUMMARY_REFUSED' }, to)
})

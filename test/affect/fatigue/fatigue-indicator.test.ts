import fc from 'fast-check'
import t from 'tap'
import { Cusum } from '../../../src/affect/fatigue/cusum.js'
import type { FatigueAssessment } from '../../../src/affect/fatigue/fatigue-assessment.js'
import { FatigueBaseline } from '../../../src/affect/fatigue/fatigue-baseline.js'
import { CUE_SPECS, FATIGUE_CUES, type FatigueBlock } from '../../../src/affect/fatigue/fatigue-cues.js'
import { FatigueIndicator, MAX_Z } from '../../../src/affect/fatigue/fatigue-indicator.js'
import type { FatigueParams } from '../../../src/affect/fatigue/fatigue-params.js'
import { block, NOON_MS, params, sessions, TIRED } from './blocks.js'

function rig(more: Partial<FatigueParams> = {}, learnt: readonly FatigueBlock[] = sessions()) {
  const baseline = new FatigueBaseline(params(more))
  baseline.restore(learnt, [])
  const indicator = new FatigueIndicator(baseline, params(more))
  let minutes = 0
  const hear = (cues: Parameters<typeof block>[0] = {}): FatigueAssessment => {
    minutes++
    return indicator.add(block(cues, { atMs: NOON_MS + minutes * 60_000 }), minutes * 960_000)
  }
  return { baseline, indicator, hear }
}

t.test('CUSUM triggers at h, is left below h/2 and never exceeds 2h', async (t) => {
  const cusum = new Cusum(0.5, 2)
  cusum.add(1.5, 1)
  t.equal(cusum.sum, 1)
  t.notOk(cusum.isRaised)
  cusum.add(1.5, 1)
  t.ok(cusum.isRaised)
  t.equal(cusum.score, 0.5)
  cusum.add(3, 100)
  t.equal(cusum.score, 1)
  cusum.add(-0.5, 3)
  t.equal(cusum.sum, 1)
  t.ok(cusum.isRaised, 'at h/2 it still is')
  cusum.add(0.4, 1)
  t.notOk(cusum.isRaised)
  cusum.add(-3, 10)
  t.equal(cusum.sum, 0)
})

t.test('at the baseline nothing is said, and changes like fatigue raise it within minutes', async (t) => {
  const r = rig()
  t.match(r.indicator.assessment, {
    status: 'insufficient_data',
    reason: 'recent_speech',
    score: null,
    z: null,
  })
  for (let n = 0; n < 30; n++) t.match(r.hear(), { status: 'ok', reason: null, raised: false, score: 0 })
  const after = [1, 2, 3, 4, 5].map(() => r.hear(TIRED))
  t.ok(after.at(-1)?.raised)
  t.match(after.at(-1)?.baseline, { frozen: true, sessions: 4, speechMs: 960_000 })
  t.ok((after.at(-1)?.score ?? 0) >= 0.5)
  t.ok(
    after.every(({ z }, n) => n === 0 || (z ?? 0) > (after[n - 1].z ?? 0)),
    'the average rises',
  )
})

t.test('changes the other way lower z and raise nothing', async (t) => {
  const r = rig()
  for (let n = 0; n < 20; n++) {
    const { z, score, raised } = r.hear({ syllable_rate: 6, pause_ratio: 0.05, pause_length: 0.3 })
    t.ok((z ?? 0) < 0)
    t.same([score, raised], [0, false])
  }
})

t.test('contributions are weight times z, clipped, and sum to the composite', async () => {
  const value = (cue: (typeof FATIGUE_CUES)[number]) => {
    const [min, max] = CUE_SPECS[cue].range
    return fc.double({ min, max, noNaN: true })
  }
  const anyCues = fc.record(Object.fromEntries(FATIGUE_CUES.map((cue) => [cue, value(cue)])))
  fc.assert(
    fc.property(anyCues, (cues) => {
      // The pitch's guard is not what is looked at here.
      const r = rig({ otherVoiceSt: 1000, emaHalfLifeS: 1e-3 })
      const heard = r.hear(cues)
      let composite = 0
      for (const cue of FATIGUE_CUES) {
        const { z, contribution } = heard.cues[cue]
        if (!(Math.abs(z) <= MAX_Z) || contribution !== CUE_SPECS[cue].weight * z) return false
        composite += contribution
      }
      // With a half-life of next to nothing the average is the newest block.
      return (
        Math.abs((heard.z ?? NaN) - composite) < 1e-9 && (heard.score ?? -1) >= 0 && (heard.score ?? 2) <= 1
      )
    }),
    { numRuns: 50 },
  )
})

t.test('each cue goes the way that it is said to go', async (t) => {
  const far = {
    syllable_rate: 1,
    articulation_rate: 1,
    pause_ratio: 0.9,
    pause_length: 3,
    f0_median: 86,
  } as const
  const { cues } = rig().hear({ ...far, f0_spread: 1, energy_spread: 3, spectral_tilt: -30, modulation: 0.1 })
  for (const cue of FATIGUE_CUES) t.ok(cues[cue].z > 0, cue)
})

t.test('while raised nothing is learnt, nor of what led to it', async (t) => {
  const r = rig()
  r.hear()
  r.hear()
  t.equal(r.baseline.pending.length, 2)
  for (let n = 0; n < 8; n++) r.hear(TIRED)
  t.ok(r.indicator.assessment.raised)
  t.equal(r.baseline.pending.length, 2, 'the blocks on the way up are not kept')
  r.indicator.rollOver()
  t.equal(r.baseline.blocks.length, 16, 'frozen')
  for (let n = 0; n < 20; n++) r.hear()
  t.notOk(r.indicator.assessment.raised)
  r.indicator.rollOver()
  t.ok(r.baseline.blocks.length > 16)
})

t.test('slow drift within a day is not absorbed', async (t) => {
  const r = rig()
  let raised = false
  for (let n = 1; n <= 60 && !raised; n++)
    raised = r.hear({
      syllable_rate: 4 - 0.03 * n,
      pause_length: 0.7 + 0.02 * n,
      pause_ratio: 0.2 + 0.004 * n,
      articulation_rate: 5 - 0.02 * n,
    }).raised
  t.ok(raised)
})

t.test('a voice of another pitch is neither compared nor learnt', async (t) => {
  const r = rig()
  r.hear()
  t.match(r.hear({ ...TIRED, f0_median: 96 }), {
    status: 'insufficient_data',
    reason: 'other_voice',
    score: null,
    cues: {},
  })
  t.equal(r.baseline.pending.length, 1)
  t.match(r.hear(), { status: 'ok', score: 0 }, 'the first voice comes back')
})

t.test('without a baseline it says what is lacking, and learns', async (t) => {
  const r = rig({}, sessions().slice(0, 4))
  t.match(r.indicator.assessment, { reason: 'baseline_sessions' })
  t.match(r.hear(), {
    status: 'insufficient_data',
    reason: 'baseline_sessions',
    baseline: { sessions: 1, speechMs: 240_000 },
  })
  t.equal(r.baseline.pending.length, 1)
  t.match(rig({}, sessions().slice(0, 9)).hear(), { reason: 'baseline_speech' })
  t.match(rig({ mode: 'off' }).indicator.assessment, { reason: 'off' })
})

t.test('a new session starts from nothing, on the same baseline', async (t) => {
  const r = rig()
  for (let n = 0; n < 8; n++) r.hear(TIRED)
  t.match(r.indicator.beginSession(7), { atSample: 7, reason: 'recent_speech', raised: false, score: null })
  t.match(r.hear(), { status: 'ok', score: 0 })
  t.equal(r.indicator.reset(), 16 * 60_000 + 60_000)
  t.match(r.indicator.assessment, { reason: 'baseline_sessions', baseline: { sessions: 0, speechMs: 0 } })
})

t.test('blocks of two minutes weigh what two of one do', async (t) => {
  const [ones, two] = [rig(), rig()]
  ones.hear(TIRED)
  const after = ones.hear(TIRED)
  const once = two.indicator.add(block(TIRED, { speechMs: 120_000 }), 1)
  t.ok(Math.abs((after.cusum ?? 0) - (once.cusum ?? 1)) < 1e-9)
  t.ok(Math.abs((after.z ?? 0) - (once.z ?? 1)) < 1e-9)
})

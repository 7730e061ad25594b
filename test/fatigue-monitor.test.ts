import t from 'tap'
import type { FatigueAssessment } from '../src/affect/fatigue/fatigue-assessment.js'
import { FatigueBaseline } from '../src/affect/fatigue/fatigue-baseline.js'
import { DEFAULT_FATIGUE_PARAMS, type FatigueParams } from '../src/affect/fatigue/fatigue-params.js'
import { FatigueBlockMeter } from '../src/fatigue-block-meter.js'
import { FatigueMonitor } from '../src/fatigue-monitor.js'
import type { Segment } from '../src/gate/segment.js'
import { sessions } from './affect/fatigue/blocks.js'
import { voice } from './features/signals.js'

const RATE = 16_000
const DAY_MS = 86_400_000
const NOON_MS = Date.UTC(2026, 10, 21, 12)
const hourOf = (unixMs: number): number => new Date(unixMs).getUTCHours()

/** Blocks of six seconds, so that a test is short. */
const QUICK: FatigueParams = {
  ...DEFAULT_FATIGUE_PARAMS,
  minSpeechS: 6,
  minBaselineMin: 1,
  minStratumBlocks: 3,
  cusumH: 0.3,
}

/** Speech of 3 s at a time: syllables at about this rate, in a voice of this pitch. */
function phrase(ratePerS: number, hz: number, seed: number): Float32Array {
  const wobble = 1 + 0.04 * Math.sin(seed)
  const period = RATE / (ratePerS * wobble)
  return voice(3 * RATE, hz * (1 + 0.01 * Math.cos(seed))).map(
    (x, i) => x * (0.02 + Math.sin((Math.PI * (i % period)) / period) ** 2),
  )
}

function segment(samples: Float32Array, startSample: number, more: Partial<Segment> = {}): Segment {
  return { samples, startSample, speechSamples: samples.length, levelDbfs: -18, snrDb: 40, ...more }
}

interface Manner {
  readonly ratePerS: number
  readonly pauseS: number
  readonly hz?: number
}
const RESTED: Manner = { ratePerS: 4, pauseS: 0.6 }

/** Hears so many phrases, each a window. */
function speak(
  monitor: FatigueMonitor,
  { ratePerS, pauseS, hz = 150 }: Manner,
  phrases: number,
  startMs: number,
): FatigueAssessment[] {
  const heard: FatigueAssessment[] = []
  monitor.breakOff()
  let at = 0
  for (let n = 0; n < phrases; n++) {
    const samples = phrase(ratePerS, hz, n)
    const assessment = monitor.hear(segment(samples, at), startMs + at / 16)
    if (assessment !== null) heard.push(assessment)
    at += samples.length + Math.round((pauseS * (1 + 0.1 * Math.sin(2 * n)) * RATE) / 320) * 320
  }
  return heard
}

function learnt(): FatigueMonitor {
  const monitor = new FatigueMonitor(QUICK, undefined, hourOf)
  for (let day = 0; day < 3; day++) {
    speak(monitor, RESTED, 8, NOON_MS + day * DAY_MS)
    monitor.rollOver(NOON_MS + day * DAY_MS + DAY_MS / 2)
  }
  return monitor
}

t.test(
  'after three sessions slowed speech raises the indicator, and unmodified speech does not',
  async (t) => {
    const monitor = learnt()
    t.match(monitor.assessment.baseline, { sessions: 3, frozen: false })
    const same = speak(monitor, RESTED, 8, NOON_MS + 4 * DAY_MS)
    t.ok(same.length >= 4)
    t.equal(same[0].reason, 'recent_speech', 'a session begins')
    for (const { status, raised } of same.slice(1)) t.same([status, raised], ['ok', false])

    const slow = speak(monitor, { ratePerS: 3, pauseS: 1.2 }, 8, NOON_MS + 5 * DAY_MS)
    const last = slow.at(-1)
    t.match(last, { status: 'ok', raised: true, baseline: { frozen: true } })
    t.ok((last?.score ?? 0) >= 0.5 && (last?.z ?? 0) > 0)
    t.ok((last?.cues['syllable_rate'].z ?? 0) > 1 && (last?.cues['pause_length'].z ?? 0) > 1)
    t.ok(Math.abs(last?.cues['f0_median'].z ?? 9) < 1)

    const other = speak(monitor, { ...RESTED, hz: 250 }, 2, NOON_MS + 6 * DAY_MS)
    t.match(other.at(-1), { status: 'insufficient_data', reason: 'other_voice', score: null })
  },
)

t.test('windows that overlap give the block that windows side by side do', async (t) => {
  const speech = new Float32Array(6 * RATE)
  for (let n = 0; n < 2; n++) speech.set(phrase(4, 150, n), n * 3 * RATE)
  const valuesOf = (hopS: number): readonly number[] => {
    const meter = new FatigueBlockMeter({ ...QUICK, minSpeechS: 6 }, hourOf)
    for (let at = 0; at + 3 * RATE <= speech.length; at += hopS * RATE) {
      const { block } = meter.hear(segment(speech.subarray(at, at + 3 * RATE), at), NOON_MS)
      if (block === null) continue
      t.equal(Math.round(block.speechMs), 6000)
      return block.values
    }
    return []
  }
  const [apart, overlapping] = [valuesOf(3), valuesOf(1.5)]
  t.equal(apart.length, 9)
  // Side by side, the three frames that reach from one window into the next are lost.
  apart.forEach((value, c) =>
    t.ok(Math.abs(value - overlapping[c]) < 0.4, `${c}: ${value} ${overlapping[c]}`),
  )
})

t.test('silence up to the longest pause is a pause, beyond it a turn ends', async (t) => {
  const pausesOf = (gapS: number): readonly number[] => {
    const meter = new FatigueBlockMeter({ ...QUICK, minSpeechS: 9 }, hourOf)
    let values: readonly number[] = []
    for (let n = 0; n < 3; n++) {
      const at = n * (3 + gapS) * RATE
      values = meter.hear(segment(phrase(4, 150, n), at), NOON_MS + at / 16).block?.values ?? []
    }
    return values.slice(2, 4)
  }
  const [ratio, lengthS] = pausesOf(2)
  t.ok(Math.abs(ratio - 4 / 13) < 0.05)
  t.ok(Math.abs(lengthS - 2) < 0.3)
  t.same(pausesOf(3), [0, 0])
})

t.test('windows near the background are not measured', async (t) => {
  const meter = new FatigueBlockMeter(QUICK, hourOf)
  for (let n = 0; n < 4; n++) {
    const { block } = meter.hear(segment(phrase(4, 150, 1), n * 3 * RATE, { snrDb: 3 }), NOON_MS)
    t.equal(block, null)
  }
})

t.test('a stream that begins anew, a gap and a step of the clock lose no more than a block', async (t) => {
  const meter = new FatigueBlockMeter({ ...QUICK, minSpeechS: 10 }, hourOf)
  const hear = (at: number, unixMs: number) => meter.hear(segment(phrase(4, 150, 1), at), unixMs)
  hear(100 * RATE, NOON_MS)
  t.same(hear(0, NOON_MS + 3000), { isNewSession: false, block: null })
  hear(3 * RATE, NOON_MS + 6000)
  t.ok(hear(6 * RATE, NOON_MS + 9000).block, 'twelve seconds, none lost')
  hear(9 * RATE, NOON_MS + 12_000)
  t.ok(hear(12 * RATE, NOON_MS - DAY_MS).isNewSession, 'a clock that steps back')
  t.ok(hear(15 * RATE, NOON_MS + DAY_MS).isNewSession)
})

t.test('a roll-over that was missed is made up for a day later', async (t) => {
  const baseline = new FatigueBaseline(QUICK)
  const monitor = new FatigueMonitor(QUICK, baseline, hourOf)
  speak(monitor, RESTED, 2, NOON_MS)
  t.equal(baseline.blocks.length, 0)
  t.ok(baseline.pending.length > 0)
  speak(monitor, RESTED, 1, NOON_MS + 1.1 * DAY_MS)
  t.ok(baseline.blocks.length > 0)
})

t.test('switched off it hears nothing and says so; reset, it knows nothing', async (t) => {
  const off = new FatigueMonitor({ ...QUICK, mode: 'off' })
  t.same(speak(off, RESTED, 2, NOON_MS), [])
  t.match(off.assessment, { status: 'insufficient_data', reason: 'off', score: null, raised: false })
  t.equal(off.baseline.pending.length, 0)
  const on = new FatigueMonitor(QUICK, undefined, hourOf)
  on.baseline.restore(sessions(), [])
  t.equal(on.reset(), 960_000)
  t.match(on.assessment, { reason: 'baseline_sessions', baseline: { sessions: 0, speechMs: 0 } })
})

import t from 'tap'
import { LevelMeter } from '../../src/cli/level-meter.js'
import { meterLine, meterVerdict } from '../../src/cli/meter-text.js'
import { createEnergyVad } from '../../src/gate/energy-vad.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { createGate } from '../../src/gate/segmenter.js'
import { demoSpeech } from '../support/demo-speech.js'
import {
  framesOf,
  sequence,
  silence,
  sum,
  tone,
  whiteNoise,
  type Signal,
} from '../support/synthetic-audio.js'

function meterAfter(signal: Signal, seconds: number): LevelMeter {
  const vad = createEnergyVad(DEFAULT_GATE_PARAMS)
  const meter = new LevelMeter(vad, createGate(vad, DEFAULT_GATE_PARAMS))
  for (const frame of framesOf(signal, seconds)) meter.push(frame)
  return meter
}

t.test('level, peak and noise are those of what was heard since the last reading', async (t) => {
  const meter = meterAfter(tone(1000, 0.5), 1)
  const reading = meter.read()
  t.ok(Math.abs((reading?.levelDbfs ?? 0) - 20 * Math.log10(0.5 / Math.SQRT2)) < 0.05)
  t.ok(Math.abs((reading?.peakDbfs ?? 0) - 20 * Math.log10(0.5)) < 0.05)
  t.match(reading, { isSpeaking: false, hasClipped: false })
  t.equal(meter.read(), null)
  for (const frame of framesOf(silence, 0.2, 16_000)) meter.push(frame)
  t.match(meter.read(), { levelDbfs: -120, peakDbfs: -120 })
})

t.test('the noise floor follows the room', async (t) => {
  const noise = meterAfter(whiteNoise(0.01), 4).read()?.noiseDbfs ?? 0
  t.ok(noise > -44 && noise < -34, String(noise))
})

t.test('speech in a room opens the gate and cuts decisions, with their level over the noise', async (t) => {
  const meter = meterAfter(sum(whiteNoise(0.0005), sequence([silence, 2], [await demoSpeech(), 4])), 5.5)
  t.equal(meter.read()?.isSpeaking, true)
  meter.flush()
  const { decisions, heardMs, lostMs, speechDbfs, snrDb } = meter.totals
  t.ok(decisions >= 1)
  t.match({ heardMs, lostMs }, { heardMs: 5500, lostMs: 0 })
  t.ok(snrDb !== null && snrDb > 15, String(snrDb))
  t.ok(speechDbfs !== null && speechDbfs > -40, String(speechDbfs))
})

t.test('clipping and lost audio are counted', async (t) => {
  const meter = meterAfter(tone(200, 2), 1)
  t.equal(meter.read()?.hasClipped, true)
  for (const frame of framesOf(silence, 0.1, 16_000 + 3200)) meter.push(frame)
  t.equal(meter.read()?.hasClipped, false)
  t.equal(meter.totals.lostMs, 200)
  t.ok(meter.totals.clippedRatio > 0.3)
})

const READING = { levelDbfs: -35, peakDbfs: -8.14, noiseDbfs: -52.3, isSpeaking: true, hasClipped: false }

t.test('a reading is one line that fits a terminal', async (t) => {
  t.equal(
    meterLine(READING, 3, 0),
    '██████░░░░░░  −35.0 dBFS  peak   −8.1  noise  −52.3  speech  3 decisions',
  )
  const widest = { ...READING, levelDbfs: -120, peakDbfs: -120, noiseDbfs: Infinity, hasClipped: true }
  t.equal(
    meterLine({ ...widest, isSpeaking: false }, 1, 0),
    '░░░░░░░░░░░░ −120.0 dBFS  peak −120.0  noise      ?  pause   1 decision  CLIPS',
  )
  t.equal(meterLine(null, 3, 4200), 'no audio for 4 s')
})

t.test('the verdict says what an installer should change', async (t) => {
  const totals = {
    heardMs: 10_000,
    lostMs: 0,
    clippedRatio: 0,
    peakDbfs: -6,
    decisions: 2,
    speechDbfs: -30,
    snrDb: 20,
  }
  t.same(meterVerdict(totals, 6), ['heard 10.0 s: 2 decisions, speech at −30.0 dBFS, 20.0 dB over the noise'])
  const none = { ...totals, decisions: 0, speechDbfs: null, snrDb: null }
  t.match(meterVerdict({ ...none, peakDbfs: -120 }, 6), [/^heard 10.0 s: 0 decisions$/, /digital silence/])
  t.match(meterVerdict(none, 6), [/0 decisions/, /no speech was found/])
  t.match(meterVerdict({ ...totals, clippedRatio: 0.01, snrDb: 4, lostMs: 60 }, 6), [
    /2 decisions/,
    /60 ms of audio were lost/,
    /1.00 % of it clips/,
    /abstains below 6 dB/,
  ])
})

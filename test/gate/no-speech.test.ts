import t from 'tap'
import { DEFAULT_VAD_MODEL_DIR } from '../../src/config/defaults.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import type { Gate } from '../../src/gate/gate.js'
import { loadGates, VAD_NAMES } from '../../src/gate/load-gates.js'
import { demoSpeech } from '../support/demo-speech.js'
import {
  framesOf,
  pinkNoise,
  sequence,
  silence,
  sum,
  tone,
  whiteNoise,
  windowsOf,
  type Signal,
} from '../support/synthetic-audio.js'

const demo = await demoSpeech()
const voice =
  (gain = 1): Signal =>
  (i) =>
    gain * demo(i)

const GATES = VAD_NAMES.map((vad): [string, Gate] => [
  vad,
  loadGates({ vad, vadModel: DEFAULT_VAD_MODEL_DIR, params: DEFAULT_GATE_PARAMS }).createGate(),
])

function windowsOfGate(gate: Gate, signal: Signal, seconds: number) {
  gate.reset()
  return windowsOf(gate, framesOf(signal, seconds))
}

const dbfs = (level: number): number => 10 ** (level / 20)
const hum: Signal = (i) => [1, 2, 3, 4, 5, 6].reduce((s, h) => s + tone(50 * h, 0.1 / h)(i), 0)

const NO_SPEECH: Record<string, Signal> = {
  'digital silence': silence,
  'a DC offset': () => 0.5,
  'a DC offset at full scale': () => 1,
  'a DC offset at negative full scale': () => -1,
  'noise on a DC offset': sum(() => 0.5, whiteNoise(0.02)),
  'a DC offset that comes and goes': (i) => (Math.floor(i / 16_000) % 2) * 0.5,
  'subsonic drift': tone(0.5, 0.5),
  'a square wave at full scale': (i) => (i % 100 < 50 ? 1 : -1),
  'a square wave at half scale': (i) => (i % 100 < 50 ? 0.5 : -0.5),
  'a sine driven 40 dB over': tone(150, 100),
  'white noise driven 40 dB over': whiteNoise(100),
  'white noise at -60 dBFS': whiteNoise(dbfs(-60)),
  'white noise at -40 dBFS': whiteNoise(dbfs(-40)),
  'white noise at -20 dBFS': whiteNoise(dbfs(-20)),
  'white noise at 0 dBFS': whiteNoise(1),
  'white noise after digital silence': sequence([silence, 1], [whiteNoise(0.1), 9]),
  'faint white noise after digital silence': sequence([silence, 1], [whiteNoise(dbfs(-55)), 9]),
  'white noise after fainter noise': sequence([whiteNoise(0.001), 3], [whiteNoise(0.1), 7]),
  'bursts of white noise, four a second': (() => {
    const noise = whiteNoise(0.1)
    return (i: number) => (Math.sin((2 * Math.PI * 4 * i) / 16_000) > 0 ? noise(i) : 0)
  })(),
  'pink noise': pinkNoise(0.05),
  'pink noise after digital silence': sequence([silence, 1], [pinkNoise(0.05), 9]),
  'a tone of 100 Hz': tone(100, 0.3),
  'a tone of 440 Hz': tone(440, 0.3),
  'a tone of 3 kHz': tone(3000, 0.3),
  'a tone of 200 Hz after digital silence': sequence([silence, 1], [tone(200, 0.3), 9]),
  'mains hum': hum,
  'mains hum with noise': sum(hum, whiteNoise(0.02)),
  'clicks, a hundred a second': (i) => (i % 160 === 0 ? 1 : 0),
}

for (const [vad, gate] of GATES) {
  const windows = (signal: Signal, seconds: number) => windowsOfGate(gate, signal, seconds)

  for (const [name, signal] of Object.entries(NO_SPEECH)) {
    t.test(`${vad}: ${name} gives no window`, async (t) => {
      t.equal(windows(signal, 10).length, 0)
    })
  }

  t.test(`${vad}: speech gives windows, with finite figures`, async (t) => {
    const [first, ...others] = windows(sequence([silence, 1], [voice(), 2], [silence, 1]), 4)
    t.equal(others.length, 0)
    t.ok(first && first.startSample <= 16_000 && first.startSample >= 12_000)
    t.ok(first && first.samples.length >= 1.8 * 16_000)
    t.ok(first && Number.isFinite(first.levelDbfs) && Number.isFinite(first.snrDb))
    t.ok(first?.samples.every(Number.isFinite))
  })

  t.test(`${vad}: speech gives the same windows with a DC offset as without`, async (t) => {
    const spans = (offset: number) =>
      windows(sequence([() => offset, 1], [sum(voice(0.7), () => offset), 2], [() => offset, 1]), 4).map(
        ({ startSample, samples }) => [startSample, samples.length],
      )
    t.equal(spans(0).length, 1)
    t.same(spans(0.3), spans(0))
  })

  t.test(`${vad}: speech that begins with the stream is heard from its beginning`, async (t) => {
    t.equal(windows(sequence([voice(), 2], [silence, 1]), 3)[0]?.startSample, 0)
  })

  t.test(`${vad}: speech of which a few per cent of the samples are clipped passes`, async (t) => {
    const loud = voice(12)
    const frames = framesOf(loud, 3)
    const clipped = frames.reduce((n, { samples }) => n + samples.filter((x) => Math.abs(x) === 1).length, 0)
    const share = clipped / (frames.length * 320)
    t.ok(share > 0.01 && share < 0.1, `${(100 * share).toFixed(1)} % clipped`)
    t.ok(windows(loud, 3).length >= 1)
  })

  t.test(`${vad}: the SNR of speech in noise is near the true one`, async (t) => {
    const [window] = windows(sequence([whiteNoise(0.01), 2], [sum(voice(), whiteNoise(0.01)), 2]), 4)
    // Noise at −40 dBFS.
    t.ok(window && Math.abs(window.snrDb - (window.levelDbfs + 40)) < 2, `${window?.snrDb} dB`)
  })

  t.test(`${vad}: the same frames give the same windows after a reset`, async (t) => {
    const spans = () => windows(sum(voice(), whiteNoise(0.01)), 5)
    t.same(spans(), spans())
  })
}

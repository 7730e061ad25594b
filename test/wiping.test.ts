import { writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { createFileSource } from '../src/capture/file-source.js'
import { createConditioner } from '../src/capture/live/conditioner.js'
import { DEFAULT_LIVE_PARAMS } from '../src/capture/live/live-params.js'
import { encodePacket, PacketParser } from '../src/capture/live/packets.js'
import { createStdinSource } from '../src/capture/stdin-source.js'
import { createInt8Classifier } from '../src/classify/int8-classifier.js'
import { DEFAULT_MODEL_DIR, DEFAULT_VAD_MODEL_DIR } from '../src/config/defaults.js'
import { featureParamsHash } from '../src/features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../src/features/feature-params.js'
import { PITCH_PARAMS } from '../src/features/pitch-params.js'
import { MfccStream } from '../src/features/mfcc-stream.js'
import { createModelInput } from '../src/features/model-input.js'
import { referenceMfcc } from '../src/features/reference-mfcc.js'
import { createPitchAnalyser } from '../src/features/pitch-candidates.js'
import { createPowerSpectrum } from '../src/features/power-spectrum.js'
import { createSpeechTracker } from '../src/features/speech-tracks.js'
import { SpeechTurn } from '../src/features/speech-turn.js'
import { DEFAULT_GATE_PARAMS } from '../src/gate/gate-params.js'
import { fastestGateKernels, referenceGateKernels, type GateKernels } from '../src/gate/gate-kernels.js'
import { createNetworkVad } from '../src/gate/network-vad.js'
import { createGate } from '../src/gate/segmenter.js'
import { VAD_FEATURE_PARAMS } from '../src/gate/vad-features.js'
import type { Engine } from '../src/nn/engine.js'
import { readArtefact } from '../src/nn/artefact-reader.js'
import { fastestEngine } from '../src/nn/network.js'
import { referenceEngine } from '../src/nn/reference/reference-engine.js'
import { createPipeline } from '../src/pipeline.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../src/units.js'
import { DEFAULT_AFFECT_PARAMS } from '../src/affect/affect-params.js'
import { s16, wav16 } from './capture/build-wav.js'
import { FakePaceClock } from './capture/fake-pace-clock.js'
import { demoSpeech } from './support/demo-speech.js'
import { MemoryCensus } from './support/memory-census.js'

const speech = await demoSpeech()
const heard = Float32Array.from({ length: 4 * SAMPLE_RATE_HZ }, (_, i) => speech(i))
const bytes = s16(heard)
const frames = Array.from({ length: heard.length / FRAME_SAMPLES }, (_, n) => ({
  samples: heard.slice(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES),
  startSample: n * FRAME_SAMPLES,
}))

const KERNELS: readonly (readonly [string, GateKernels, Engine])[] = [
  ['plain', referenceGateKernels, referenceEngine],
  ['WASM', fastestGateKernels(), fastestEngine()],
]

const vadModel = readArtefact(DEFAULT_VAD_MODEL_DIR, featureParamsHash(VAD_FEATURE_PARAMS))
const model = readArtefact(DEFAULT_MODEL_DIR, featureParamsHash(FEATURE_PARAMS))

function census(t: Test): MemoryCensus {
  const memory = new MemoryCensus()
  t.teardown(() => memory.end())
  return memory
}

t.test('stdin leaves no sample, neither in what it read nor in what it made of it', async (t) => {
  for (const leavesEarly of [false, true]) {
    const memory = census(t)
    memory.look()
    const stream = new PassThrough()
    const pieces = [bytes.subarray(0, 3001), bytes.subarray(3001, 40_000)].map((piece) => Buffer.from(piece))
    for (const piece of pieces) stream.write(piece)
    stream.end()
    let count = 0
    for await (const _ of createStdinSource(stream, new FakePaceClock()).frames(
      new AbortController().signal,
    )) {
      if (leavesEarly && ++count === 2) break
    }
    t.ok(memory.count > 0)
    t.same(memory.changed(), [])
    t.ok(
      pieces.every((piece) => piece.every((byte) => byte === 0)),
      `early: ${leavesEarly}`,
    )
    memory.end()
  }
})

t.test('a recording leaves no sample, however its rate is converted', async (t) => {
  const path = `${t.testdir()}/speech.wav`
  writeFileSync(path, wav16(Array.from(heard), 44_100))
  const source = createFileSource({ path, pace: 'fast', loop: false, clock: new FakePaceClock() })
  let last: Float32Array | undefined
  for await (const { samples } of source.frames(new AbortController().signal)) last = samples
  t.ok(last?.every((sample) => sample === 0))
})

t.test('a microphone’s bytes leave no sample once the stream breaks off', async (t) => {
  for (const inputRateHz of [16_000, 48_000]) {
    const memory = census(t)
    const params = { ...DEFAULT_LIVE_PARAMS, gainMode: 'auto' as const }
    const conditioner = createConditioner({ inputRateHz, channels: 1, params })
    memory.look()
    conditioner.push(bytes.subarray(0, 100_001), () => undefined)
    t.not(memory.changed().length, 0, 'the test would see it')
    conditioner.reset()
    t.same(memory.changed(), [], `${inputRateHz} Hz`)
    memory.end()
  }
})

t.test('packets of the capture process are overwritten once they are taken', async (t) => {
  const parser = new PacketParser()
  const wire = encodePacket({ seq: 0, atMs: 1, bytes: bytes.subarray(0, 640) })
  let last: Uint8Array | undefined
  for (const packet of parser.push(wire)) last = packet.bytes
  const half = encodePacket({ seq: 1, atMs: 2, bytes: bytes.subarray(0, 640) }).subarray(0, 300)
  for (const _ of parser.push(half)) t.fail('not whole')
  parser.wipe()
  for (const piece of [wire, half, last ?? []]) t.ok(piece.every((byte) => byte === 0))
})

t.test('gate, features and network hold after reset what they held at first', async (t) => {
  for (const [name, kernels, engine] of KERNELS) {
    const memory = census(t)
    const vad = createNetworkVad(vadModel, DEFAULT_GATE_PARAMS, kernels, engine)
    const gate = createGate(vad, DEFAULT_GATE_PARAMS)
    const modelInput = createModelInput(FEATURE_PARAMS, name === 'plain' ? referenceMfcc : undefined)
    const classifier = createInt8Classifier(model, engine)
    classifier.wipe?.()
    const windows: Float32Array[] = []
    const pipeline = createPipeline({
      gate,
      modelInput,
      classifier,
      temperature: 1,
      prior: classifier.labels.map(() => 1 / classifier.labels.length),
      affectParams: DEFAULT_AFFECT_PARAMS,
      onSegment: ({ samples }) => {
        t.ok(samples.some((sample) => sample !== 0))
        windows.push(samples)
      },
    })
    pipeline.reset()
    memory.look()
    for (const frame of frames) pipeline.push(frame)
    pipeline.flush()
    t.ok(windows.length > 0)
    t.ok(
      windows.every((samples) => samples.every((sample) => sample === 0)),
      'windows, once they are judged',
    )
    const before = memory.changed()
    t.ok(before.length > 3, 'the test would see the rest')
    pipeline.reset()
    t.same(memory.changed(), [], name)
    memory.end()
  }
})

t.test('a stream of features leaves none', async (t) => {
  const piece = heard.slice(0, 5000)
  const memory = census(t)
  const stream = new MfccStream()
  memory.look()
  stream.push(piece, () => undefined)
  t.not(memory.changed().length, 0)
  stream.reset()
  t.same(memory.changed(), [])
})

t.test('what long-term prosody is measured with and gathered in is empty afterwards', async (t) => {
  const memory = census(t)
  const pitch = createPitchAnalyser(PITCH_PARAMS)
  const spectrum = createPowerSpectrum({ frameLengthSamples: 640, nFft: 1024, preEmphasis: 0 })
  const power = new Float32Array(spectrum.nBins)
  memory.look()
  spectrum.frameInto(heard, 8000, power)
  const { hz, strength, correlation } = pitch.analyse(heard, 8000)
  t.ok(memory.changed().length > 5)
  for (const result of [power, hz, strength, correlation]) result.fill(0)
  spectrum.wipe()
  pitch.wipe()
  t.same(memory.changed(), [])
  const turn = new SpeechTurn()
  turn.add(createSpeechTracker()(heard.slice(0, 16_000)), -50)
  t.ok(turn.frames > 0)
  turn.wipe()
  t.equal(turn.frames, 0)
})

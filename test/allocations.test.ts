import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'

import { createConditioner } from '../src/capture/live/conditioner.js'
import { DEFAULT_LIVE_PARAMS } from '../src/capture/live/live-params.js'
import { createInt8Classifier } from '../src/classify/int8-classifier.js'
import { DEFAULT_MODEL_DIR, DEFAULT_VAD_MODEL_DIR } from '../src/config/defaults.js'
import { featureParamsHash } from '../src/features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../src/features/feature-params.js'
import { createMfccExtractor } from '../src/features/mfcc.js'
import { createModelInput } from '../src/features/model-input.js'
import { DEFAULT_GATE_PARAMS } from '../src/gate/gate-params.js'
import { createNetworkVad } from '../src/gate/network-vad.js'
import { VAD_FEATURE_PARAMS } from '../src/gate/vad-features.js'
import { readArtefact } from '../src/nn/artefact-reader.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../src/units.js'
import { demoSpeech } from './support/demo-speech.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A machine that is busy elsewhere leaves the compiler little: it may take so many rounds until it is done. */
const MOST_ROUNDS = 60

/**
 * Bytes that a call leaves on the heap, on average, once it is compiled. A number that V8 cannot keep in a register
 * takes 16; a view of an array, let alone an array, over 100. What is not compiled yet boxes every number, and the
 * compiler itself allocates: the least of several rounds counts, and there are no more once it is below the limit.
 */
function bytesPerCall(work: (n: number) => void, calls: number, limit: number): number {
  for (let n = 0; n < 2 * calls; n++) work(n)
  let least = Infinity
  for (let round = 0; round < MOST_ROUNDS && least >= limit; round++) {
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < calls; n++) work(n)
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / calls)
  }
  return least
}

t.test('in the steady state neither gate, features nor network allocate arrays or views', async (t) => {
  const speech = await demoSpeech()
  const window = Float32Array.from({ length: 3 * SAMPLE_RATE_HZ }, (_, i) => speech(i))
  const frames = Array.from({ length: 150 }, (_, n) =>
    window.slice(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES),
  )

  const extractor = createMfccExtractor()
  const row = new Float32Array(FEATURE_PARAMS.nMfcc)
  const ofFrame = bytesPerCall((n) => extractor.frameInto(window, (n % 100) * 320, row), 2000, 64)
  t.ok(ofFrame < 64, `a frame of MFCCs: ${ofFrame} bytes`)

  const vad = createNetworkVad(
    readArtefact(DEFAULT_VAD_MODEL_DIR, featureParamsHash(VAD_FEATURE_PARAMS)),
    DEFAULT_GATE_PARAMS,
  )
  const ofScore = bytesPerCall((n) => void vad.score(frames[n % frames.length] as Float32Array), 2000, 220)
  // Ten numbers that closures keep or functions hand on.
  t.ok(ofScore < 220, `a frame's score: ${ofScore} bytes`)

  const modelInput = createModelInput()
  const input = new Float32Array(modelInput.length)
  const ofInput = bytesPerCall(() => void modelInput.modelInputInto(window, input), 200, 100)
  t.ok(ofInput < 100, `a window's input: ${ofInput} bytes`)

  const classifier = createInt8Classifier(readArtefact(DEFAULT_MODEL_DIR, featureParamsHash(FEATURE_PARAMS)))
  const logits = new Float32Array(classifier.labels.length)
  const ofWindow = bytesPerCall(() => classifier.classifyInto(input, logits), 200, 100)
  t.ok(ofWindow < 100, `a window's logits: ${ofWindow} bytes`)
  t.comment(JSON.stringify({ ofFrame, ofScore, ofInput, ofWindow }))
})

t.test('in the steady state what is made of a microphone’s bytes allocates no arrays or views', async (t) => {
  const speech = await demoSpeech()
  for (const inputRateHz of [16_000, 44_100, 48_000]) {
    const params = { ...DEFAULT_LIVE_PARAMS, gainMode: 'auto' as const }
    const conditioner = createConditioner({ inputRateHz, channels: 2, params })
    const chunks = Array.from({ length: 100 }, (_, n) => {
      const values = Int16Array.from({ length: inputRateHz / 25 }, (_, i) => 20_000 * speech(n * 640 + i))
      return new Uint8Array(values.buffer)
    })
    let frames = 0
    const ofChunk = bytesPerCall(
      (n) => conditioner.push(chunks[n % 100] as Uint8Array, () => frames++),
      2000,
      200,
    )
    // Where V8 does not inline a function it boxes the number that it returns, once a sample: 16 bytes for each of 320.
    t.ok(ofChunk % (16 * 320) < 200, `20 ms at ${inputRateHz} Hz: ${ofChunk} bytes`)
    t.ok(frames > 1000)
  }
})

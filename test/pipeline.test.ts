import t from 'tap'
import { DEFAULT_ADAPTATION_PARAMS } from '../src/affect/adaptation-params.js'
import { DEFAULT_AFFECT_PARAMS } from '../src/affect/affect-params.js'
import type { Classifier } from '../src/classify/classifier.js'
import { createModelInput } from '../src/features/model-input.js'
import type { Gate } from '../src/gate/gate.js'
import type { Segment } from '../src/gate/segment.js'
import { createPipeline, type Pipeline } from '../src/pipeline.js'
import { FRAME_SAMPLES } from '../src/units.js'
import { VoiceBaseline } from '../src/voice-baseline.js'

const LABELS = ['neutral', 'angry']
const PRIOR = [0.75, 0.25]
const PRIOR_STATE = {
  label: 'neutral',
  probabilities: { neutral: 0.75, angry: 0.25 },
  speaking: false,
  sinceSample: 0,
}

function segment(startSample: number, lengthSamples = 48_000): Segment {
  const samples = Float32Array.from({ length: lengthSamples }, (_, i) => 0.1 * Math.sin(i * (0.1 + 1e-6 * i)))
  return { samples, startSample, speechSamples: lengthSamples, levelDbfs: -25, snrDb: 20 }
}

interface Rig {
  readonly pipeline: Pipeline
  readonly durationsMs: number[]
  /** What the classifier was given, window by window. */
  readonly features: Float32Array[]
  /** What the gate hands on next. */
  next: Segment | null
  isSpeaking: boolean
}

function rig(logits: readonly number[] = [0, 2], voice?: VoiceBaseline): Rig {
  const state: { next: Segment | null; isSpeaking: boolean } = { next: null, isSpeaking: false }
  const take = (): Segment | null => {
    const { next } = state
    state.next = null
    return next
  }
  const gate: Gate = {
    push: take,
    flush: take,
    get isSpeaking() {
      return state.isSpeaking
    },
    framesSeen: 10,
    framesSpeech: 4,
    reset: () => void (state.isSpeaking = false),
  }
  const features: Float32Array[] = []
  const classifier: Classifier = {
    model: { id: 'm', sha256: 'ab' },
    labels: LABELS,
    inputFrames: 148,
    inputCoefficients: 40,
    classifyInto: (input, out) => {
      features.push(input.slice())
      out.set(logits)
    },
  }
  const durationsMs: number[] = []
  let nowMs = 0
  const pipeline = createPipeline({
    gate,
    modelInput: createModelInput(),
    classifier,
    temperature: 2,
    prior: PRIOR,
    affectParams: DEFAULT_AFFECT_PARAMS,
    ...(voice === undefined ? {} : { voice }),
    onInference: (durationMs) => durationsMs.push(durationMs),
    monotonicMs: () => (nowMs += 5),
  })
  return Object.assign(state, { pipeline, durationsMs, features })
}

function frame(index: number): { samples: Float32Array; startSample: number } {
  return { samples: new Float32Array(FRAME_SAMPLES), startSample: index * FRAME_SAMPLES }
}

t.test('frames without a window give no decision, and the state is the prior', async (t) => {
  const { pipeline } = rig()
  t.equal(pipeline.push(frame(0)), null)
  t.equal(pipeline.flush(), null)
  t.match(pipeline.state, { ...PRIOR_STATE, atSample: FRAME_SAMPLES })
  t.match(pipeline, { framesSeen: 10, framesSpeech: 4, isSpeaking: false })
})

t.test('a window gives a decision with calibrated probabilities, and takes its time', async (t) => {
  const r = rig()
  r.next = segment(3200)
  const judgement = r.pipeline.push(frame(160))
  t.match(judgement, {
    startSample: 3200,
    durationSamples: 48_000,
    label: 'angry',
    abstained: false,
    levelDbfs: -25,
  })
  // softmax([0, 2] / 2)
  t.ok(Math.abs((judgement?.confidence ?? 0) - Math.E / (1 + Math.E)) < 1e-9)
  t.same(r.durationsMs, [5])
})

t.test('the state follows the decisions and the gate', async (t) => {
  const r = rig()
  r.next = segment(0)
  r.isSpeaking = true
  r.pipeline.push(frame(149))
  t.match(r.pipeline.state, { label: 'angry', speaking: true, atSample: 150 * FRAME_SAMPLES })
  r.isSpeaking = false
  r.pipeline.push(frame(199))
  t.match(r.pipeline.state, { label: 'angry', speaking: false, atSample: 200 * FRAME_SAMPLES })
})

t.test('the end of the stream decides on the window still open', async (t) => {
  const r = rig()
  r.next = segment(0)
  t.match(r.pipeline.flush(), { label: 'angry' })
})

t.test('a window too short for features abstains with the prior and is no inference', async (t) => {
  const r = rig()
  r.next = segment(0, 2000)
  t.match(r.pipeline.push(frame(0)), {
    label: 'neutral',
    confidence: 0.75,
    abstained: true,
    abstainReason: 'too_little_speech',
  })
  t.same(r.durationsMs, [])
  t.match(r.pipeline.state, PRIOR_STATE)
})

t.test('a recording without speech is the prior, abstained', async (t) => {
  t.match(rig().pipeline.judgeSilence(16_000, -70), {
    startSample: 0,
    durationSamples: 16_000,
    speechSamples: 0,
    levelDbfs: -70,
    label: 'neutral',
    probabilities: { neutral: 0.75, angry: 0.25 },
    abstained: true,
    abstainReason: 'no_speech',
  })
})

t.test('after a reset nothing is remembered', async (t) => {
  const r = rig()
  r.next = segment(0)
  r.isSpeaking = true
  r.pipeline.push(frame(149))
  r.pipeline.reset()
  t.match(r.pipeline.state, { ...PRIOR_STATE, atSample: 0 })
  t.equal(r.pipeline.isSpeaking, false)
})

t.test('the same windows give the same decisions, bit for bit', async (t) => {
  const [a, b] = [rig([0.3, 0.7]), rig([0.3, 0.7])]
  a.next = segment(640)
  b.next = segment(640)
  t.same(a.pipeline.push(frame(150)), b.pipeline.push(frame(150)))
})

const NEUTRAL = [4, 0]

function knownVoice(): VoiceBaseline {
  return new VoiceBaseline(40, DEFAULT_ADAPTATION_PARAMS)
}

/** Judges a window, with another level than `segment` gives it. */
function hear(r: Rig, startSample: number, gain = 1): void {
  const { samples, ...rest } = segment(startSample)
  r.next = { ...rest, samples: samples.map((x, i) => x * gain * (1 + (i % 4800) / 4800)) }
  r.pipeline.push(frame(startSample / FRAME_SAMPLES))
}

function sameBits(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a !== undefined && a.length === b?.length && a.every((x, i) => Object.is(x, b[i]))
}

t.test('a window is normalised by the voice as it was before, and learnt from afterwards', async (t) => {
  const voice = knownVoice()
  const [warm, cold] = [rig(NEUTRAL, voice), rig(NEUTRAL)]
  for (const r of [warm, cold]) hear(r, 0)
  t.ok(sameBits(warm.features[0], cold.features[0]), 'the first window is judged cold')
  t.equal(voice.speechMs, 2980, 'the whole frames of 3 s')
  for (const r of [warm, cold]) hear(r, 48_000, 0.1)
  t.notOk(sameBits(warm.features[1], cold.features[1]), 'the second is judged as quieter than the first')
  t.equal(voice.speechMs, 2 * 2980)
})

t.test('a voice that is not judged neutral changes nothing', async (t) => {
  const voice = knownVoice()
  const [warm, cold] = [rig([0, 4], voice), rig([0, 4])]
  for (const r of [warm, cold]) for (const start of [0, 48_000]) hear(r, start, 1 + start)
  t.equal(voice.speechMs, 0)
  t.ok(sameBits(warm.features[1], cold.features[1]))
})

t.test('of overlapping windows one is learnt from, so that no speech counts twice', async (t) => {
  const voice = knownVoice()
  const r = rig(NEUTRAL, voice)
  for (const start of [0, 24_000, 48_000]) hear(r, start)
  t.equal(voice.speechMs, 2 * 2980)
})

t.test('another stream goes on with the voice, and learns from its own beginning', async (t) => {
  const voice = knownVoice()
  const r = rig(NEUTRAL, voice)
  hear(r, 48_000)
  r.pipeline.reset()
  t.equal(voice.speechMs, 2980)
  hear(r, 0)
  t.equal(voice.speechMs, 2 * 2980)
})

t.test('a window too short for features teaches nothing', async (t) => {
  const voice = knownVoice()
  const r = rig(NEUTRAL, voice)
  r.next = segment(0, 2000)
  r.pipeline.push(frame(0))
  t.equal(voice.revision, 0)
})

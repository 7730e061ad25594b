import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadInt8Model, loadJudge, type Judge } from '../src/cli/judge.js'
import { loadConfig } from '../src/config/load-config.js'
import { InternalError } from '../src/errors.js'
import type { Judgement } from '../src/affect/judgement.js'
import type { Pipeline, PipelineModel } from '../src/pipeline.js'
import { FRAME_SAMPLES } from '../src/units.js'
import { clipAudio } from '../training/src/dataset/clip-audio.js'
import { writeTinyModel } from './support/tiny-model.js'

const DEMO = fileURLToPath(new URL('../assets/demo.wav', import.meta.url))

interface Heard {
  readonly judgement: Judgement
  readonly modelId: string
  readonly atFrame: number
}

/** Every decision on a recording, and what happens before a frame of it. */
function hear(
  pipeline: Pipeline,
  samples: Float32Array,
  before: (frame: number) => void = () => undefined,
): Heard[] {
  const heard: Heard[] = []
  for (let frame = 0; (frame + 1) * FRAME_SAMPLES <= samples.length; frame++) {
    before(frame)
    const startSample = frame * FRAME_SAMPLES
    const judgement = pipeline.push({
      samples: samples.slice(startSample, startSample + FRAME_SAMPLES),
      startSample,
    })
    if (judgement !== null) heard.push({ judgement, modelId: pipeline.model.id, atFrame: frame })
  }
  return heard
}

const windowsOf = (heard: readonly Heard[]): object[] =>
  heard.map(({ judgement, atFrame }) => ({
    atFrame,
    startSample: judgement.startSample,
    durationSamples: judgement.durationSamples,
    speechSamples: judgement.speechSamples,
    levelDbfs: judgement.levelDbfs,
  }))

t.test(
  'a model that changes in mid-speech costs no audio: the same windows, each wholly of one model',
  async (t) => {
    const { config } = loadConfig({ env: {} })
    const released = await loadJudge(config)
    const other = loadInt8Model(writeTinyModel(t.testdir()))
    const samples = await clipAudio(DEMO)
    const pipelineOf = (judge: Judge): Pipeline => judge.createPipeline()
    const plain = hear(pipelineOf(released), samples)
    const wholly = pipelineOf(released)
    wholly.use(other)
    const whollyOther = hear(wholly, samples)
    t.ok(plain.length >= 6, `${plain.length} decisions`)

    const swapped = pipelineOf(released)
    let swapFrame = -1
    const decisionsBefore = 3
    let speakingFrames = 0
    const both = hear(swapped, samples, (frame) => {
      const isAfter = frame > plain[decisionsBefore - 1]!.atFrame
      if (isAfter && swapped.isSpeaking && swapFrame < 0 && ++speakingFrames === 20) {
        swapFrame = frame
        swapped.use(other)
      }
    })
    t.ok(swapFrame > 0, 'it changed while somebody spoke')
    t.same(windowsOf(both), windowsOf(plain))
    t.equal(swapped.framesSeen, Math.floor(samples.length / FRAME_SAMPLES), 'not a frame less')
    both.forEach(({ judgement, modelId, atFrame }, n) => {
      const isNew = atFrame >= swapFrame
      t.equal(modelId, isNew ? 'tiny-8' : released.model.classifier.model.id)
      t.same(judgement, (isNew ? whollyOther : plain)[n]!.judgement)
    })
  },
)

t.test(
  'a model that fails is replaced within the window, which is judged as if it had never been',
  async (t) => {
    const { config } = loadConfig({ env: {} })
    const { model } = await loadJudge(config)
    const samples = (await clipAudio(DEMO)).subarray(0, 8 * 16_000)
    const plain = hear((await loadJudge(config)).createPipeline(), samples)
    t.ok(plain.length >= 2)
    const failing = (classifyInto: PipelineModel['classifier']['classifyInto']): PipelineModel => ({
      ...model,
      classifier: { ...model.classifier, model: { id: 'bad', sha256: '' }, classifyInto },
    })
    const bad = [
      failing(() => {
        throw new InternalError('INTERNAL_SHAPE', 'x')
      }),
      failing((_, logits) => void logits.fill(0).fill(NaN, 3, 4)),
      failing((_, logits) => void logits.fill(Infinity)),
    ]
    for (const candidate of bad) {
      const faults: unknown[] = []
      const judge = await loadJudge(config, candidate)
      const pipeline = judge.createPipeline({
        onModelFault(fault) {
          faults.push(fault)
          return model
        },
      })
      t.same(hear(pipeline, samples), plain)
      t.match(faults, [InternalError])
      const alone = judge.createPipeline()
      t.throws(() => hear(alone, samples), InternalError, 'without another it is thrown')
    }
  },
)

t.test('what does not fit cannot take a model’s place', async (t) => {
  const { model, createPipeline } = await loadJudge(loadConfig({ env: {} }).config)
  const { classifier } = model
  for (const part of [
    { labels: [...classifier.labels].reverse() },
    { inputFrames: 7 },
    { inputCoefficients: 7 },
  ]) {
    const pipeline = createPipeline()
    t.throws(() => pipeline.use({ ...model, classifier: { ...classifier, ...part } }), {
      code: 'INTERNAL_MODEL_SWAP',
    })
    t.equal(pipeline.model, classifier.model)
  }
})

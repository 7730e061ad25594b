import { fileURLToPath } from 'node:url'
import { createInt8Classifier } from '../../src/classify/int8-classifier.js'
import { DEFAULT_MODEL_DIR } from '../../src/config/defaults.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { featureParamsHash } from '../../src/features/feature-params-hash.js'
import { createModelInput } from '../../src/features/model-input.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { readArtefact } from '../../src/nn/artefact-reader.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../src/units.js'
import { clipAudio } from '../../training/src/dataset/clip-audio.js'
import { deviceGates } from '../../training/src/dataset/device-gates.js'
import { inputHash, machine } from './machine.js'
import { measure } from './measure.js'

/**
 * Where the time of one second of uninterrupted speech goes, stage by stage in one run. The shares and the multiple
 * of real time are what can be compared; the milliseconds are this machine's.
 */
const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))

const samples = await clipAudio(DEMO)
const window = samples.slice(0, 3 * SAMPLE_RATE_HZ)
const classifier = createInt8Classifier(readArtefact(DEFAULT_MODEL_DIR, featureParamsHash(FEATURE_PARAMS)))
const modelInput = createModelInput()
const vad = deviceGates().createVad()
const input = new Float32Array(modelInput.length)
const logits = new Float32Array(classifier.labels.length)

const windowsPerSecond = 1000 / DEFAULT_GATE_PARAMS.windowHopMs
const framesPerSecond = SAMPLE_RATE_HZ / FRAME_SAMPLES
const stages = [
  {
    name: 'gate: score of a frame',
    perSecond: framesPerSecond / 50,
    // Fifty frames a measurement: one alone is too short to time.
    timing: measure(() => {
      for (let n = 0; n < 50; n++) vad.score(window.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES))
    }),
  },
  {
    name: 'features: MFCC matrix of 3 s',
    perSecond: windowsPerSecond,
    timing: measure(() => modelInput.modelInputInto(window, input)),
  },
  {
    name: 'classify: int8 network, reference',
    perSecond: windowsPerSecond,
    timing: measure(() => classifier.classifyInto(input, logits)),
  },
]

const totalMs = stages.reduce((sum, stage) => sum + stage.timing.medianMs * stage.perSecond, 0)
const { cpu, cores, node, commit } = machine()
const lines = [
  `${cpu}, ${cores} cores, Node ${node}, commit ${commit}, input ${inputHash(window)}, model ${classifier.model.id}`,
  '',
  '| stage | median | p95 | runs | ms a second of speech | share |',
  '| --- | --- | --- | --- | --- | --- |',
  ...stages.map(({ name, perSecond, timing }) => {
    const ms = timing.medianMs * perSecond
    return `| ${name} | ${timing.medianMs.toFixed(2)} ms | ${timing.p95Ms.toFixed(2)} ms | ${timing.runs} | ${ms.toFixed(2)} | ${((100 * ms) / totalMs).toFixed(0)} % |`
  }),
  '',
  `all stages: ${(1000 / totalMs).toFixed(0)} × real time on one core, speech without a pause`,
]
process.stdout.write(`${lines.join('\n')}\n`)

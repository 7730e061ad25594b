import { createInt8Classifier } from '../../../src/classify/int8-classifier.js'
import { DEFAULT_MODEL_DIR } from '../../../src/config/defaults.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { createModelInput } from '../../../src/features/model-input.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import { deviceGates } from '../../../training/src/dataset/device-gates.js'
import type { BenchInput } from '../input.js'
import { compare, type Contender } from '../measure.js'
import { fixed, type Effort, type Section } from '../section.js'

const FRAMES = 50

/** Where the time of one second of uninterrupted speech goes. */
export async function benchStages({ speech, windows }: BenchInput, { compareMs }: Effort): Promise<Section> {
  const [window] = windows as [Float32Array]
  const classifier = createInt8Classifier(readArtefact(DEFAULT_MODEL_DIR, featureParamsHash(FEATURE_PARAMS)))
  const modelInput = createModelInput()
  const input = new Float32Array(modelInput.length)
  const logits = new Float32Array(classifier.labels.length)
  modelInput.modelInputInto(window, input)
  const vad = deviceGates().createVad()
  const gate = deviceGates().createGate()
  const frames = Array.from({ length: Math.floor(speech.length / FRAME_SAMPLES) }, (_, n) =>
    speech.slice(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES),
  )
  const aSecond = (take: (frame: Float32Array, startSample: number) => unknown): (() => void) => {
    let next = 0
    return () => {
      for (let n = 0; n < FRAMES; n++, next++) {
        take(frames[next % frames.length] as Float32Array, next * FRAME_SAMPLES)
      }
    }
  }
  const windowsPerSecond = 1000 / DEFAULT_GATE_PARAMS.windowHopMs
  const stages: readonly (Contender & { readonly perSecond: number; readonly counts: boolean })[] = [
    {
      name: 'gate: the detector on 50 frames',
      perSecond: SAMPLE_RATE_HZ / FRAME_SAMPLES / FRAMES,
      counts: false,
      work: aSecond((frame) => vad.score(frame)),
    },
    {
      name: 'gate: the whole, with its windows cut',
      perSecond: SAMPLE_RATE_HZ / FRAME_SAMPLES / FRAMES,
      counts: true,
      work: aSecond((samples, startSample) => gate.push({ samples, startSample })),
    },
    {
      name: 'features: the matrix of a window',
      perSecond: windowsPerSecond,
      counts: true,
      work: () => modelInput.modelInputInto(window, input),
    },
    {
      name: 'classify: the network on a window',
      perSecond: windowsPerSecond,
      counts: true,
      work: () => classifier.classifyInto(input, logits),
    },
  ]
  const timings = await compare(stages, compareMs)
  const costMs = ({ name, perSecond }: (typeof stages)[number]): number =>
    timings.get(name)!.medianMs * perSecond
  const totalMs = stages.filter(({ counts }) => counts).reduce((sum, stage) => sum + costMs(stage), 0)
  return {
    id: 'stages',
    title: 'Stages',
    notes: [
      `Speech without a pause: ${FRAMES} frames and ${fixed(windowsPerSecond)} windows of 3 s in each second. The first row is part of the second.`,
    ],
    head: ['stage', 'median', 'p95', 'ms a second of speech', 'share'],
    rows: stages.map((stage) => {
      const { medianMs, p95Ms } = timings.get(stage.name)!
      const share = `${fixed((100 * costMs(stage)) / totalMs, 0)} %`
      return [
        stage.name,
        `${fixed(medianMs, 3)} ms`,
        `${fixed(p95Ms, 3)} ms`,
        fixed(costMs(stage), 3),
        stage.counts ? share : `(${share})`,
      ]
    }),
    figures: { secondMs: totalMs, realTime: 1000 / totalMs },
  }
}

import { createRequire } from 'node:module'
import { loadTfjsGraph } from '../../../src/classify/tfjs-graph.js'
import { isInstalled, loadWasmBackend, startTfjs } from '../../../src/classify/tfjs-runtime.js'
import type { Tfjs } from '../../../src/classify/tfjs.js'
import { DEFAULT_MODEL_DIR } from '../../../src/config/defaults.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { createModelInput } from '../../../src/features/model-input.js'
import { ONNX_FILE } from '../../../src/nn/artefact-forms.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { createNetwork } from '../../../src/nn/network.js'
import { referenceEngine } from '../../../src/nn/reference/reference-engine.js'
import {
  agreementWith,
  engineRunner,
  expectedOf,
  GREATEST_DIFFERENCE,
  LEAST_SAME_LABEL,
  type Agreement,
  type FormRunner,
} from '../../../training/src/export/agreement.js'
import { openOnnxSession } from '../../../training/src/export/onnx-session.js'
import { floatLayers, floatOnnx } from '../float-network.js'
import type { BenchInput } from '../input.js'
import { compare, type Contender } from '../measure.js'
import { fixed, times, type Effort, type Section } from '../section.js'
import { tfjsFloat, type TfjsOps } from '../tfjs-float.js'

const OURS = 'affectd int8, WASM'
const ORT_INT8 = 'onnxruntime-node int8'
const TFJS_WASM = 'tfjs float, WASM'
const TFJS_CPU = 'tfjs float, CPU'
const TFJS_FORM = 'tfjs, shipped form, WASM'

/** The released network from real features to real logits, on one thread each. */
export async function benchNetwork({ windows }: BenchInput, { compareMs }: Effort): Promise<Section> {
  const artefact = readArtefact(DEFAULT_MODEL_DIR, featureParamsHash(FEATURE_PARAMS))
  const { manifest } = artefact
  const inputShape = manifest.input.shape
  const modelInput = createModelInput()
  const inputs = windows.map((window) => {
    const features = new Float32Array(modelInput.length)
    modelInput.modelInputInto(window, features)
    return features
  })

  const onnx = await openOnnxSession(artefact.forms.get(ONNX_FILE) as Uint8Array, inputShape)
  const onnxFloat = await openOnnxSession(floatOnnx(artefact), inputShape)
  const load = createRequire(import.meta.url)
  const tf = load('@tensorflow/tfjs') as TfjsOps & Tfjs
  loadWasmBackend(load)
  const { setThreadsCount } = load('@tensorflow/tfjs-backend-wasm') as {
    setThreadsCount(count: number): void
  }
  setThreadsCount(1)
  await tf.setBackend('wasm')
  await tf.ready()
  const form = loadTfjsGraph(tf, artefact)
  const formLogits = new Float32Array(manifest.labels.length)

  const runs = new Map<string, FormRunner>([
    [OURS, engineRunner(artefact)],
    ['affectd int8, reference', engineRunner(artefact, referenceEngine)],
    [ORT_INT8, (features) => onnx.logits(features)],
    ['onnxruntime-node float', (features) => onnxFloat.logits(features)],
    [TFJS_WASM, tfjsFloat(tf, floatLayers(artefact), inputShape)],
    [
      TFJS_FORM,
      (features) => {
        form.logitsInto(features, formLogits)
        return formLogits
      },
    ],
  ])
  const native = isInstalled(load, '@tensorflow/tfjs-node') ? await startTfjs(load) : null
  if (native !== null) {
    const nativeForm = loadTfjsGraph(native.tf, artefact)
    runs.set('tfjs-node, shipped form', (features) => {
      nativeForm.logitsInto(features, formLogits)
      return formLogits
    })
  }
  const contender = ([name, run]: [string, FormRunner]): Contender => {
    let next = 0
    return { name, work: () => run(inputs[next++ % inputs.length] as Float32Array) }
  }
  const timings = await compare([...runs].map(contender), compareMs)
  const expected = expectedOf(artefact, inputs)
  const agreed = new Map<string, Omit<Agreement, 'form'>>()
  for (const [name, run] of runs) agreed.set(name, await agreementWith(artefact, inputs, expected, run))

  // The plain JavaScript backend is so slow that it gets a comparison of its own.
  await tf.setBackend('cpu')
  const cpu = tfjsFloat(tf, floatLayers(artefact), inputShape)
  const cpuTimings = await compare([contender([TFJS_CPU, cpu])], compareMs / 2)
  agreed.set(TFJS_CPU, await agreementWith(artefact, inputs, expected, cpu))
  timings.set(TFJS_CPU, cpuTimings.get(TFJS_CPU)!)
  await onnx.release()
  await onnxFloat.release()

  const oursMs = timings.get(OURS)!.medianMs
  const forms = [agreed.get(ORT_INT8)!, agreed.get(TFJS_FORM)!]
  const worst = Math.min(...forms.map(({ sameLabel }) => sameLabel))
  const furthest = Math.max(...forms.map(({ probabilityDifference }) => probabilityDifference))
  return {
    id: 'network',
    title: 'Network',
    notes: [
      `${manifest.id}: ${(createNetwork(manifest, artefact.weights).macs / 1e6).toFixed(1)} M multiply-accumulates; real features in, real logits out; one thread each. ` +
        'The float networks are the same one with its weights as real numbers, convolution, bias and ReLU fused.',
      `The shipped forms agree with the engine on ${fixed(100 * worst, 1)} % of ${inputs.length} windows (least allowed: ` +
        `${100 * LEAST_SAME_LABEL} %), probabilities at most ${fixed(furthest, 4)} apart (most allowed: ${GREATEST_DIFFERENCE}).`,
      ...(native === null ? ['tfjs-node is not installed here.'] : []),
    ],
    head: ['contender', 'median a window', 'p95', 'time against ours', 'same label', 'probabilities apart'],
    rows: [...timings].map(([name, { medianMs, p95Ms }]) => {
      const { sameLabel, probabilityDifference } = agreed.get(name)!
      return [
        name,
        `${fixed(medianMs, 3)} ms`,
        `${fixed(p95Ms, 3)} ms`,
        times(medianMs / oursMs),
        `${fixed(100 * sameLabel, 1)} %`,
        fixed(probabilityDifference, 4),
      ]
    }),
    figures: {
      windowMs: oursMs,
      gigaMacs: createNetwork(manifest, artefact.weights).macs / oursMs / 1e6,
      againstOnnxInt8: timings.get(ORT_INT8)!.medianMs / oursMs,
      againstOnnxFloat: timings.get('onnxruntime-node float')!.medianMs / oursMs,
      againstTfjsWasm: timings.get(TFJS_WASM)!.medianMs / oursMs,
      againstTfjsCpu: timings.get(TFJS_CPU)!.medianMs / oursMs,
      againstReference: timings.get('affectd int8, reference')!.medianMs / oursMs,
      formsSameLabel: worst,
      formsFurthestProbability: furthest,
    },
  }
}

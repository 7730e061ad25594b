import fvad from '@echogarden/fvad-wasm'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { DEFAULT_VAD_MODEL_DIR } from '../../../src/config/defaults.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { createEnergyVad } from '../../../src/gate/energy-vad.js'
import { referenceGateKernels } from '../../../src/gate/gate-kernels.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { createNetworkVad } from '../../../src/gate/network-vad.js'
import { VAD_FEATURE_PARAMS } from '../../../src/gate/vad-features.js'
import type { Vad } from '../../../src/gate/vad.js'
import { referenceEngine } from '../../../src/nn/reference/reference-engine.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { BenchInput } from '../input.js'
import { compare, type Contender } from '../measure.js'
import { fixed, times, type Effort, type Section } from '../section.js'

const WEBRTC = 'WebRTC VAD, WASM'

/** Speech detectors on a second of speech after another. */
export async function benchGate({ speech }: BenchInput, { compareMs }: Effort): Promise<Section> {
  const artefact = readArtefact(DEFAULT_VAD_MODEL_DIR, featureParamsHash(VAD_FEATURE_PARAMS))
  const ours = (name: string, vad: Vad): Contender => ({
    name,
    work: eachSecond(speech, (frame) => vad.score(frame)),
  })
  const contenders = [
    ours('affectd, network, WASM', createNetworkVad(artefact, DEFAULT_GATE_PARAMS)),
    ours(
      'affectd, network, reference',
      createNetworkVad(artefact, DEFAULT_GATE_PARAMS, referenceGateKernels, referenceEngine),
    ),
    ours('affectd, energy, WASM', createEnergyVad(DEFAULT_GATE_PARAMS)),
    await webrtc(speech),
  ]
  const timings = await compare(contenders, compareMs)
  const webrtcMs = timings.get(WEBRTC)!.medianMs
  const networkMs = timings.get('affectd, network, WASM')!.medianMs
  return {
    id: 'gate',
    title: 'Gate',
    notes: [
      'A second of speech, 50 frames of 20 ms. How well each of them hears speech is in docs/reports/gate.',
    ],
    head: ['contender', 'median a second', 'p95', '× real time', 'time against WebRTC'],
    rows: contenders.map(({ name }) => {
      const { medianMs, p95Ms } = timings.get(name)!
      return [
        name,
        `${fixed(medianMs)} ms`,
        `${fixed(p95Ms)} ms`,
        fixed(1000 / medianMs, 0),
        times(medianMs / webrtcMs),
      ]
    }),
    figures: {
      networkSecondMs: networkMs,
      referenceSecondMs: timings.get('affectd, network, reference')!.medianMs,
      energySecondMs: timings.get('affectd, energy, WASM')!.medianMs,
      webrtcSecondMs: webrtcMs,
    },
  }
}

/** Goes through the speech a second at each call, round and round. */
function eachSecond(speech: Float32Array, score: (frame: Float32Array) => unknown): () => void {
  const frames: Float32Array[] = []
  for (let at = 0; at + FRAME_SAMPLES <= speech.length; at += FRAME_SAMPLES) {
    frames.push(speech.slice(at, at + FRAME_SAMPLES))
  }
  let next = 0
  return () => {
    for (let n = 0; n < SAMPLE_RATE_HZ / FRAME_SAMPLES; n++) {
      score(frames[next] as Float32Array)
      next = (next + 1) % frames.length
    }
  }
}

async function webrtc(speech: Float32Array): Promise<Contender> {
  const module = await fvad()
  const state = module._fvad_new()
  module._fvad_set_mode(state, 1)
  module._fvad_set_sample_rate(state, SAMPLE_RATE_HZ)
  const input = module._malloc(2 * FRAME_SAMPLES)
  const pcm = module.HEAP16.subarray(input / 2, input / 2 + FRAME_SAMPLES)
  return {
    name: WEBRTC,
    // It takes 16-bit samples: converting them is part of using it.
    work: eachSecond(speech, (frame) => {
      for (let i = 0; i < FRAME_SAMPLES; i++) pcm[i] = 32_767 * (frame[i] as number)
      return module._fvad_process(state, input, FRAME_SAMPLES)
    }),
  }
}

import { ModelError } from '../errors.js'
import type { Artefact } from '../nn/artefact-reader.js'
import { verifyGolden } from '../nn/golden.js'
import type { Engine } from '../nn/engine.js'
import { createNetwork, fastestEngine } from '../nn/network.js'
import { createFrameCueMeter } from './frame-cues.js'
import { fastestGateKernels, type GateKernels } from './gate-kernels.js'
import type { GateParams } from './gate-params.js'
import { squash } from './squash.js'
import { createVadFeatureMeter, VAD_CONTEXT_FRAMES, VAD_CONTEXT_ROWS, VAD_FEATURES } from './vad-features.js'
import type { Vad } from './vad.js'

/** The network's outputs, in order. */
export const VAD_LABELS = ['pause', 'speech'] as const

/**
 * Runs the artefact's golden vectors and checks that it is a detector of this gate.
 *
 * @param artefact as `readArtefact` checked it
 * @throws {ModelError} MODEL_LABELS, MODEL_SHAPE, MODEL_GOLDEN
 */
export function checkVadModel({ manifest, weights, golden }: Artefact): void {
  const { id, labels, input } = manifest
  if (labels.join() !== VAD_LABELS.join()) {
    throw new ModelError(
      'MODEL_LABELS',
      `model ${id} tells ${labels.join(', ')}; the gate needs ${VAD_LABELS.join(', ')}`,
    )
  }
  const [rows, width, channels] = input.shape
  if (rows !== VAD_CONTEXT_ROWS || width * channels !== VAD_FEATURES) {
    throw new ModelError(
      'MODEL_SHAPE',
      `model ${id} takes ${rows} × ${width * channels} values, the gate has ${VAD_CONTEXT_ROWS} × ${VAD_FEATURES}`,
    )
  }
  verifyGolden(createNetwork(manifest, weights), golden)
}

/**
 * Speech detector that is a small int8 network over the last 1.2 s of the gate's measures. A frame that is too faint
 * or clipped is no speech.
 *
 * @param artefact as `checkVadModel` checked it
 * @param kernels,engine default: the fastest that there are
 */
export function createNetworkVad(
  { manifest, weights }: Pick<Artefact, 'manifest' | 'weights'>,
  params: Pick<GateParams, 'minFrameDbfs' | 'maxClippedRatio'>,
  kernels: GateKernels = fastestGateKernels(),
  engine: Engine = fastestEngine(),
): Vad {
  const network = createNetwork(manifest, weights, engine)
  const gain = network.output.scale / manifest.calibration.temperature
  const meter = createFrameCueMeter(params, kernels)
  const featureMeter = createVadFeatureMeter(kernels.createBandLogs)
  const context = kernels.createVadContext()
  const { features } = context
  let frames = 0
  let voicing = 0
  let acPower = 0

  return {
    score(samples) {
      const cues = meter.measure(samples)
      voicing = cues.voicing
      acPower = cues.acPower
      if (frames === VAD_CONTEXT_FRAMES) features.copyWithin(0, VAD_FEATURES)
      else frames++
      featureMeter.measureInto(cues, meter.noiseDbfs, features, (frames - 1) * VAD_FEATURES)
      if (!cues.isPossible) return 0
      const logits = network.runReal(context.at(frames - 1))
      return squash(gain * (logits[1] - logits[0]))
    },
    get voicing() {
      return voicing
    },
    get acPower() {
      return acPower
    },
    get noiseDbfs() {
      return meter.noiseDbfs
    },
    reset() {
      meter.reset()
      featureMeter.reset()
      context.wipe()
      network.wipe()
      frames = 0
      voicing = 0
      acPower = 0
    },
  }
}

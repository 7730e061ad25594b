import { basename } from 'node:path'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { VAD_LABELS } from '../../../src/gate/network-vad.js'
import { VAD_FEATURE_PARAMS } from '../../../src/gate/vad-features.js'
import { writeArtefact } from '../../../src/nn/artefact-writer.js'
import { quantizeInputInto } from '../../../src/nn/quantize-input.js'
import { existingCard } from '../quantize/existing-card.js'
import { quantizeNetwork } from '../quantize/quantize-network.js'
import { createRandom, type Random } from '../random.js'
import type { Parameters } from '../train/parameters.js'
import { drawScene, type SceneMaterial } from './scene.js'
import { VAD_ARCHITECTURE, VAD_INPUT_SHAPE } from './vad-architecture.js'
import { measureScene, vadBatches } from './vad-examples.js'

/** Scenes, and frames of them, whose activations set the ranges; drawn from what is trained on alone. */
const CALIBRATION_SCENES = 40
const CALIBRATION_FRAMES = 4096
const GOLDEN_VECTORS = 8
const LICENCE = 'CC-BY-NC-SA-4.0'

/**
 * Quantises a trained detector and writes its artefact.
 *
 * @param temperature what the logits are divided by before the gate's thresholds
 * @returns the model's SHA-256
 */
export function writeVadArtefact(
  out: string,
  parameters: Parameters,
  material: SceneMaterial,
  temperature: number,
  seed: number,
  metrics: Readonly<Record<string, unknown>>,
): string {
  const inputs = calibrationInputs(material, createRandom(seed, 1_000_003))
  const network = quantizeNetwork(VAD_ARCHITECTURE, parameters, VAD_INPUT_SHAPE, inputs)
  return writeArtefact(
    out,
    {
      id: basename(out),
      created: new Date().toISOString(),
      labels: VAD_LABELS,
      feature_params: { ...VAD_FEATURE_PARAMS },
      feature_params_hash: featureParamsHash(VAD_FEATURE_PARAMS),
      input: network.input,
      layers: network.layers,
      calibration: { temperature },
      prior: [0.5, 0.5],
      licence: LICENCE,
      training_corpora: ['emodb', 'ravdess', 'nemo', 'esc10'],
      metrics,
    },
    goldenInputs(network.input),
    existingCard(out),
  ).sha256
}

function calibrationInputs(material: SceneMaterial, random: Random): Float32Array[] {
  const scenes = Array.from({ length: CALIBRATION_SCENES }, () => measureScene(drawScene(material, random)))
  const [batch] = vadBatches(scenes, CALIBRATION_FRAMES, random)
  const size = VAD_INPUT_SHAPE[0] * VAD_INPUT_SHAPE[1]
  return Array.from({ length: CALIBRATION_FRAMES }, (_, i) =>
    (batch as { inputs: Float32Array }).inputs.slice(i * size, (i + 1) * size),
  )
}

/** Synthetic inputs, never a clip's: an artefact holds nothing of a corpus. */
function goldenInputs(quantization: { readonly scale: number; readonly zero_point: number }): Int8Array[] {
  const size = VAD_INPUT_SHAPE[0] * VAD_INPUT_SHAPE[1]
  const random = createRandom(20_261_124)
  return Array.from({ length: GOLDEN_VECTORS }, (_, n) => {
    const real = Float32Array.from({ length: size }, () => 0.25 * n * random.normal())
    const quantized = new Int8Array(size)
    quantizeInputInto(real, quantization.scale, quantization.zero_point, quantized)
    return quantized
  })
}

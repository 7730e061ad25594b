import { DEFAULT_AFFECT_PARAMS } from '../../../src/affect/affect-params.js'
import type { Classifier } from '../../../src/classify/classifier.js'
import { createModelInput } from '../../../src/features/model-input.js'
import { createEnergyVad } from '../../../src/gate/energy-vad.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { createGate } from '../../../src/gate/segmenter.js'
import type { ModelManifest } from '../../../src/nn/manifest.js'
import { createPipeline, type Pipeline } from '../../../src/pipeline.js'
import type { WindowDecision } from './clip-decision.js'
import { deviceDecisions } from './device-decisions.js'

/** The device's own gate, features, network and affect stage, for one clip after another. */
export interface Ear {
  /**
   * The decisions on a clip that is heard on its own: nothing but the warm-up precedes it.
   *
   * @param samples 16 kHz, mono
   */
  judge(samples: Float32Array): WindowDecision[]
}

export function createEar(manifest: ModelManifest, classifier: Classifier): Ear {
  return {
    judge: (samples) => deviceDecisions(freshPipeline(manifest, classifier), samples, manifest.labels),
  }
}

function freshPipeline({ prior, calibration }: ModelManifest, classifier: Classifier): Pipeline {
  return createPipeline({
    gate: createGate(createEnergyVad(DEFAULT_GATE_PARAMS), DEFAULT_GATE_PARAMS),
    modelInput: createModelInput(),
    classifier,
    temperature: calibration.temperature,
    prior,
    affectParams: DEFAULT_AFFECT_PARAMS,
  })
}

import { DEFAULT_ADAPTATION_PARAMS, type AdaptationMode } from '../../../src/affect/adaptation-params.js'
import { DEFAULT_AFFECT_PARAMS } from '../../../src/affect/affect-params.js'
import type { Classifier } from '../../../src/classify/classifier.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { createModelInput } from '../../../src/features/model-input.js'
import type { ModelManifest } from '../../../src/nn/manifest.js'
import { createPipeline, type Pipeline } from '../../../src/pipeline.js'
import { VoiceBaseline } from '../../../src/voice-baseline.js'
import { deviceGates } from '../dataset/device-gates.js'
import type { WindowDecision } from './clip-decision.js'
import { deviceDecisions } from './device-decisions.js'
import type { WarmPolicy } from './evaluation-unit.js'

/** The device's own gate, features, network and affect stage, for one clip after another; 16 kHz, mono. */
export interface Ear {
  /** Decisions on a clip that is heard on its own: after the warm-up, and as if no other clip had been judged. */
  judge(samples: Float32Array): WindowDecision[]
}

/** An ear that has heard nothing before. */
export function coldEar(manifest: ModelManifest, classifier: Classifier): Ear {
  return {
    judge: (samples) => deviceDecisions(freshPipeline(manifest, classifier), samples, manifest.labels),
  }
}

/**
 * An ear that has heard a voice before, and learnt from it as the device does: audio alone, no labels.
 *
 * @param warmUp clips of the voice, in the order that they are heard in
 */
export function warmEar(
  manifest: ModelManifest,
  classifier: Classifier,
  policy: WarmPolicy,
  warmUp: readonly Float32Array[],
): Ear {
  const learning = voiceIn(policy)
  for (const samples of warmUp) {
    deviceDecisions(freshPipeline(manifest, classifier, learning), samples, manifest.labels)
  }
  // It learns no more: each clip is judged by the warm-up alone.
  const learnt = voiceIn('off')
  learnt.restore(learning.history)
  return {
    judge: (samples) =>
      deviceDecisions(freshPipeline(manifest, classifier, learnt), samples, manifest.labels),
  }
}

function voiceIn(mode: AdaptationMode): VoiceBaseline {
  return new VoiceBaseline(FEATURE_PARAMS.nMfcc, { ...DEFAULT_ADAPTATION_PARAMS, mode })
}

function freshPipeline(
  { prior, calibration }: ModelManifest,
  classifier: Classifier,
  voice?: VoiceBaseline,
): Pipeline {
  return createPipeline({
    gate: deviceGates().createGate(),
    modelInput: createModelInput(),
    classifier,
    temperature: calibration.temperature,
    prior,
    affectParams: DEFAULT_AFFECT_PARAMS,
    ...(voice ? { voice } : {}),
  })
}

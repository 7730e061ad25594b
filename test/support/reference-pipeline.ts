import { DEFAULT_AFFECT_PARAMS } from '../../src/affect/affect-params.js'
import { createInt8Classifier } from '../../src/classify/int8-classifier.js'
import { DEFAULT_MODEL_DIR, DEFAULT_VAD_MODEL_DIR } from '../../src/config/defaults.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { featureParamsHash } from '../../src/features/feature-params-hash.js'
import { createModelInput } from '../../src/features/model-input.js'
import { referenceMfcc } from '../../src/features/reference-mfcc.js'
import { referenceGateKernels } from '../../src/gate/gate-kernels.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { createNetworkVad } from '../../src/gate/network-vad.js'
import { createGate } from '../../src/gate/segmenter.js'
import { VAD_FEATURE_PARAMS } from '../../src/gate/vad-features.js'
import { readArtefact } from '../../src/nn/artefact-reader.js'
import { referenceEngine } from '../../src/nn/reference/reference-engine.js'
import { createPipeline, type Pipeline } from '../../src/pipeline.js'

/** Makes pipelines of the released models in which nothing runs in WASM: gate, features and network are the references. */
export function referencePipelines(): { readonly labels: readonly string[]; create(): Pipeline } {
  const artefact = readArtefact(DEFAULT_MODEL_DIR, featureParamsHash(FEATURE_PARAMS))
  const vadArtefact = readArtefact(DEFAULT_VAD_MODEL_DIR, featureParamsHash(VAD_FEATURE_PARAMS))
  const classifier = createInt8Classifier(artefact, referenceEngine)
  const { labels, prior, calibration } = artefact.manifest
  return {
    labels,
    create() {
      const vad = createNetworkVad(vadArtefact, DEFAULT_GATE_PARAMS, referenceGateKernels, referenceEngine)
      return createPipeline({
        gate: createGate(vad, DEFAULT_GATE_PARAMS),
        modelInput: createModelInput(FEATURE_PARAMS, referenceMfcc),
        classifier,
        temperature: calibration.temperature,
        prior,
        affectParams: DEFAULT_AFFECT_PARAMS,
      })
    },
  }
}

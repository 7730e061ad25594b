import { createInt8Classifier } from '../classify/int8-classifier.js'
import type { Classifier } from '../classify/classifier.js'
import type { Config } from '../config/config.js'
import { featureParamsHash } from '../features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../features/feature-params.js'
import { createModelInput } from '../features/model-input.js'
import { loadGates } from '../gate/load-gates.js'
import { readArtefact } from '../nn/artefact-reader.js'
import { createPipeline, type Pipeline } from '../pipeline.js'
import { affectParamsOf, gateSettingsOf } from './stage-params.js'

/** A model that was read and verified, and pipelines that judge with it. */
export interface Judge {
  readonly classifier: Classifier
  readonly featureParamsHash: string
  /** A fresh pipeline, cold: it has heard nothing. */
  createPipeline(onInference?: (durationMs: number) => void): Pipeline
}

/** @throws {ModelError} as `readArtefact`, `createInt8Classifier` and `loadGates` */
export function loadJudge(config: Config): Judge {
  const hash = featureParamsHash(FEATURE_PARAMS)
  const artefact = readArtefact(config.classify.model, hash)
  const classifier = createInt8Classifier(artefact)
  const { calibration, prior } = artefact.manifest
  const gates = loadGates(gateSettingsOf(config.gate))
  return {
    classifier,
    featureParamsHash: hash,
    createPipeline: (onInference) =>
      createPipeline({
        gate: gates.createGate(),
        modelInput: createModelInput(),
        classifier,
        temperature: calibration.temperature,
        prior,
        affectParams: affectParamsOf(config.affect),
        ...(onInference === undefined ? {} : { onInference }),
      }),
  }
}

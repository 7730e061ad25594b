import type { Classifier } from '../classify/classifier.js'
import { createInt8Classifier } from '../classify/int8-classifier.js'
import { createTfjsClassifier } from '../classify/tfjs-classifier.js'
import { startTfjs } from '../classify/tfjs-runtime.js'
import type { Config } from '../config/config.js'
import { featureParamsHash } from '../features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../features/feature-params.js'
import { createModelInput } from '../features/model-input.js'
import { loadGates } from '../gate/load-gates.js'
import { readArtefact, type Artefact } from '../nn/artefact-reader.js'
import { createPipeline, type Pipeline } from '../pipeline.js'
import { affectParamsOf, gateSettingsOf } from './stage-params.js'

/** A model that was read and verified, and pipelines that judge with it. */
export interface Judge {
  readonly classifier: Classifier
  readonly featureParamsHash: string
  /** A fresh pipeline, cold: it has heard nothing. */
  createPipeline(onInference?: (durationMs: number) => void): Pipeline
}

/**
 * @throws {ModelError} as `readArtefact`, the classifier of the configured backend and `loadGates`
 * @throws {ConfigError} CONFIG_TFJS if that backend cannot be used here
 */
export async function loadJudge(config: Config): Promise<Judge> {
  const hash = featureParamsHash(FEATURE_PARAMS)
  const artefact = readArtefact(config.classify.model, hash)
  const classifier = await createClassifier(artefact, config.classify.backend)
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

async function createClassifier(
  artefact: Artefact,
  backend: Config['classify']['backend'],
): Promise<Classifier> {
  switch (backend) {
    case 'int8':
      return createInt8Classifier(artefact)
    case 'tfjs':
      return createTfjsClassifier((await startTfjs()).tf, artefact)
  }
}

import { BaselineKeeper } from '../baseline-keeper.js'
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
import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { StateFile } from '../ops/state-file.js'
import { createPipeline, type Pipeline, type PipelineModel, type PipelineOptions } from '../pipeline.js'
import { VoiceBaseline } from '../voice-baseline.js'
import { adaptationParamsOf, affectParamsOf, gateSettingsOf } from './stage-params.js'

export type JudgePipelineOptions = Pick<
  PipelineOptions,
  'voice' | 'onInference' | 'onModelFault' | 'onSegment'
>

/** A model that was read and verified, and pipelines that judge with it. */
export interface Judge {
  readonly model: PipelineModel
  readonly classifier: Classifier
  readonly featureParamsHash: string
  /** False: what is known of a voice is not used, and nothing is learnt. */
  readonly adapts: boolean
  /** As configured, and cold: it knows no voice. */
  createVoice(): VoiceBaseline
  /** A fresh pipeline: it has heard nothing, and knows of the voice what it is given, where it adapts. */
  createPipeline(options?: JudgePipelineOptions): Pipeline
}

/**
 * @param delivered a model in place of the configured one
 * @throws {ModelError} as `readArtefact`, the classifier of the configured backend and `loadGates`
 * @throws {ConfigError} CONFIG_TFJS if that backend cannot be used here
 */
export async function loadJudge(config: Config, delivered?: PipelineModel): Promise<Judge> {
  const hash = featureParamsHash(FEATURE_PARAMS)
  const model = delivered ?? (await loadModel(config.classify, hash))
  const gates = loadGates(gateSettingsOf(config.gate))
  const adaptation = adaptationParamsOf(config.affect)
  const adapts = adaptation.mode !== 'off'
  return {
    model,
    classifier: model.classifier,
    featureParamsHash: hash,
    adapts,
    createVoice: () => new VoiceBaseline(FEATURE_PARAMS.nMfcc, adaptation),
    createPipeline: ({ voice, onInference, onModelFault, onSegment } = {}) =>
      createPipeline({
        gate: gates.createGate(),
        modelInput: createModelInput(),
        ...model,
        affectParams: affectParamsOf(config.affect),
        ...(voice !== undefined && adapts ? { voice } : {}),
        ...(onInference === undefined ? {} : { onInference }),
        ...(onModelFault === undefined ? {} : { onModelFault }),
        ...(onSegment === undefined ? {} : { onSegment }),
      }),
  }
}

/**
 * A model for the exact engine, tried on its golden vectors.
 *
 * @throws {ModelError} as `readArtefact` and `createInt8Classifier`
 */
export function loadInt8Model(directory: string): PipelineModel {
  const artefact = readArtefact(directory, featureParamsHash(FEATURE_PARAMS))
  const { calibration, prior } = artefact.manifest
  return { classifier: createInt8Classifier(artefact), temperature: calibration.temperature, prior }
}

async function loadModel({ model, backend }: Config['classify'], hash: string): Promise<PipelineModel> {
  const artefact = readArtefact(model, hash)
  const { calibration, prior } = artefact.manifest
  return {
    classifier: await createClassifier(artefact, backend),
    temperature: calibration.temperature,
    prior,
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

/** Keeps what is learnt of the voice with this judge's features. */
export function createBaselineKeeper(
  stateDir: string,
  { featureParamsHash, classifier }: Judge,
  voice: VoiceBaseline,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): BaselineKeeper {
  return new BaselineKeeper({
    voice,
    file: new StateFile(stateDir, 'baseline.json'),
    identity: { featureParamsHash, nCoefficients: classifier.inputCoefficients },
    clock,
    log,
  })
}

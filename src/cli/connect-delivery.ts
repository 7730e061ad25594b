import type { Config } from '../config/config.js'
import type { ModelIdentity } from '../classify/classifier.js'
import type { Pipeline, PipelineModel, PipelineOptions } from '../pipeline.js'
import type { ModelControls } from '../publish/model-verbs.js'
import type { ModelInfo } from '../publish/payloads.js'
import type { ModelDelivery } from './open-delivery.js'

/** Of the time between two windows, what a model on trial may take for one: the rest is for everything else. */
const MAX_INFERENCE_SHARE = 0.25

/** What requests may do; undefined where no models are taken. */
export function modelControls(delivery: ModelDelivery | undefined): ModelControls | undefined {
  if (delivery === undefined) return undefined
  const { inForce, intake } = delivery
  return {
    install: (body) => intake.install(body),
    chunk: (body) => intake.chunk(body),
    rollBack: () => inForce.rollBack(),
    standing: () => inForce.report,
  }
}

/** What `info` says of the model in force. */
export function modelInfo(delivery: ModelDelivery | undefined, released: ModelIdentity): ModelInfo {
  return (
    delivery?.inForce.report ?? { ...released, origin: 'released', trialUntilMs: null, lastRollback: null }
  )
}

/** Whose events are: of the model that made the last decision, since an event is made right after it. */
export function eventDevice(
  deviceId: string,
  pipeline: Pick<Pipeline, 'model'>,
): { readonly deviceId: string; readonly model: ModelIdentity } {
  return {
    deviceId,
    get model() {
      return pipeline.model
    },
  }
}

/** Lets the model in force be watched. */
export function watched(
  delivery: ModelDelivery | undefined,
  onInference: (durationMs: number) => void,
): Pick<PipelineOptions, 'onInference' | 'onModelFault'> {
  if (delivery === undefined) return { onInference }
  const { inForce } = delivery
  return {
    onInference(durationMs) {
      onInference(durationMs)
      inForce.inferenceTook(durationMs)
    },
    onModelFault: (fault) => inForce.modelFailed(fault),
  }
}

/** What model delivery needs of an agent. */
export interface DeliveredAgent {
  /** What the pipeline was built with. */
  readonly model: PipelineModel
  readonly pipeline: Pick<Pipeline, 'use'>
  readonly gate: Config['gate']
  /** What is said of the model has changed. */
  readonly say: () => void
}

/** Lets models that are delivered take the place of the agent's. */
export function connectDelivery(
  delivery: ModelDelivery | undefined,
  { model, pipeline, gate, say }: DeliveredAgent,
): void {
  delivery?.inForce.attach({
    model,
    maxInferenceMs: MAX_INFERENCE_SHARE * gate.window_hop_ms,
    use: (next) => pipeline.use(next),
    say,
  })
}

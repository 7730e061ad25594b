import { ModelError } from '../errors.js'
import type { RequestBody, VerbHandlers } from './requests.js'
import { rfc3339 } from './stream-time.js'

/** How far a delivery is. */
export type DeliveryStep = 'in_force' | { readonly offset: number; readonly chunkBytes: number }

/** The model in force. */
export interface ModelStanding {
  readonly id: string
  readonly sha256: string
  readonly origin: 'released' | 'delivered'
  /** Unix time, ms; null when it is not on trial. */
  readonly trialUntilMs: number | null
}

/** What requests may do with models. Bodies are hostile. */
export interface ModelControls {
  readonly install: (body: RequestBody) => Promise<DeliveryStep>
  readonly chunk: (body: RequestBody) => Promise<DeliveryStep>
  readonly rollBack: () => void
  readonly standing: () => ModelStanding
}

/**
 * The verbs of model delivery, by name.
 *
 * @param controls undefined where nothing is taken
 * @param mayAct   whether something may be changed again already; chunks have a bound of their own
 */
export function modelVerbs(controls: ModelControls | undefined, mayAct: () => void): VerbHandlers {
  const taking = (): ModelControls => {
    if (controls !== undefined) return controls
    throw new ModelError(
      'MODEL_DELIVERY_OFF',
      'this device takes no models: it needs classify.model_key_file, and classify.backend int8',
    )
  }
  return {
    'model/install': async (body) => {
      const models = taking()
      mayAct()
      return answer(models, await models.install(body))
    },
    'model/chunk': async (body) => {
      const models = taking()
      return answer(models, await models.chunk(body))
    },
    'model/rollback': () => {
      const models = taking()
      mayAct()
      models.rollBack()
      return answer(models, 'in_force')
    },
  }
}

function answer({ standing }: ModelControls, step: DeliveryStep): object {
  if (step !== 'in_force') return { state: 'receiving', offset: step.offset, chunk_bytes: step.chunkBytes }
  const { id, sha256, origin, trialUntilMs } = standing()
  const trialUntil = trialUntilMs === null ? null : rfc3339(trialUntilMs)
  return { state: trialUntil === null ? 'active' : 'trial', id, sha256, origin, trial_until: trialUntil }
}

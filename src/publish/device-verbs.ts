import { PublishError } from '../errors.js'
import { modelVerbs, type ModelControls } from './model-verbs.js'
import type { RequestBody, VerbHandlers } from './requests.js'
import { rfc3339 } from './stream-time.js'

/** What became of `listen/set`: a mute by hand or the schedule may hold off what was asked for. */
export interface ListenAnswer {
  readonly listening: boolean
  readonly kept: boolean
  readonly held_by: readonly string[]
}

/** What requests may do to the device. */
export interface DeviceControls {
  readonly nowMs: () => number
  /** Whether something may be changed again already: deeds cost syncs of the disk, and restarts cost audio. */
  readonly mayAct: () => boolean
  /** The configuration in force, secrets masked. */
  readonly config: () => object
  /** JSON Schema of the configuration. */
  readonly configSchema: () => object
  /** Returns to the configuration before; @returns the revision that is in force again */
  readonly rollBackConfig: () => number
  /** @returns whether it listens now, what holds it off, and whether a restart will know of it */
  readonly setListening: (listening: boolean) => ListenAnswer
  /** What `health` says now. */
  readonly health: () => object
  /** Forgets the voice; @returns how much speech was known of it, and of how it is when it is not tired */
  readonly forgetVoice: () => { readonly speech_ms: number; readonly fatigue_speech_ms: number }
  /** Undefined where no models are taken. */
  readonly models: ModelControls | undefined
  /** The agent is built anew, a moment after the response. */
  readonly restart: () => void
}

/** Every verb that a device answers, by name. docs/mqtt.md describes them. */
export function deviceVerbs(controls: DeviceControls): VerbHandlers {
  const mayAct = (): void => {
    if (controls.mayAct()) return
    throw new PublishError('REQUEST_TOO_MANY', 'too many requests that change something: wait some seconds')
  }
  const deed =
    (act: (body: RequestBody) => object) =>
    (body: RequestBody): object => {
      mayAct()
      return act(body)
    }
  return {
    ping: () => ({ time: rfc3339(controls.nowMs()) }),
    health: () => controls.health(),
    'config/get': () => controls.config(),
    'config/schema': () => controls.configSchema(),
    'config/rollback': deed(() => ({ revision: controls.rollBackConfig() })),
    'listen/set': deed((body) => {
      return controls.setListening(booleanField(body, 'listening'))
    }),
    'baseline/reset': deed(() => controls.forgetVoice()),
    ...modelVerbs(controls.models, mayAct),
    restart: deed(() => {
      controls.restart()
      return { restarting: true }
    }),
  }
}

/** @throws {PublishError} REQUEST_ARGUMENT */
function booleanField(body: RequestBody, name: string): boolean {
  const value = body[name]
  if (typeof value === 'boolean') return value
  throw new PublishError('REQUEST_ARGUMENT', `${name} must be true or false`)
}

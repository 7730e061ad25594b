import { configJsonSchema } from '../config/json-schema.js'
import type { LoadedConfig } from '../config/load-config.js'
import { CONFIG_SCHEMA } from '../config/schema.js'
import { shownTree } from '../config/settings-table.js'
import { ConfigError } from '../errors.js'
import type { DeviceControls } from '../publish/device-verbs.js'
import type { AgentSession } from './agent-session.js'
import { modelControls } from './connect-delivery.js'

/** What requests may do whether or not an agent listens. */
export function sessionControls(
  loaded: LoadedConfig,
  {
    clock,
    deeds,
    listening,
    remote,
    delivery,
  }: Pick<AgentSession, 'clock' | 'deeds' | 'listening' | 'remote' | 'delivery'>,
): Omit<DeviceControls, 'health' | 'forgetVoice' | 'restart'> {
  return {
    nowMs: () => clock.nowMs(),
    mayAct: () => deeds.take(clock.monotonicMs()),
    config: () => ({
      revision: remote?.revision ?? 0,
      group_revision: remote?.groupRevision ?? 0,
      effective: shownTree(remote?.loaded ?? loaded),
    }),
    configSchema: () => configJsonSchema(CONFIG_SCHEMA),
    rollBackConfig() {
      if (remote === undefined) throw noRemoteConfig()
      return remote.rollBack()
    },
    models: modelControls(delivery),
    setListening(isOn) {
      const kept = listening.hold('request', !isOn)
      return { listening: listening.state.listening, kept, held_by: listening.state.heldBy }
    },
  }
}

function noRemoteConfig(): ConfigError {
  return new ConfigError('CONFIG_NOT_REMOTE', 'device.remote_config is off: nothing is taken from afar')
}

import { Readable } from 'node:stream'
import { createAudioSource } from '../capture/create-source.js'
import type { LoadedConfig } from '../config/load-config.js'
import { systemClock } from '../ops/clock.js'
import { createLogger } from '../ops/logger.js'
import { verificationKey } from './agent-session.js'
import { StateFolder } from '../state-folder.js'
import { brokerOptions } from './broker-options.js'
import { checkSettings } from './check-settings.js'
import { loadJudge } from './judge.js'
import { modelKey } from './open-delivery.js'

/**
 * Makes of the configuration what `run` makes of it before it opens anything: that it passes has to mean that run starts.
 *
 * @throws {ConfigError} as `checkSettings` and `brokerOptions`; STATE_TOO_NEW
 * @throws {ModelError} as `loadJudge`
 * @throws {CaptureError} CAPTURE_NO_PORTAUDIO
 */
export async function checkAsRun(loaded: LoadedConfig): Promise<void> {
  const { source } = checkSettings(loaded)
  const log = createLogger({ level: 'silent', format: 'json' })
  // Touching the process's own stdin would open it.
  createAudioSource(source, {
    stdin: () => Readable.from([]),
    clock: systemClock,
    log,
  })
  new StateFolder(loaded.config.device.state_dir, log).check()
  brokerOptions(loaded.config)
  verificationKey(loaded.config.device)
  modelKey(loaded.config)
  await loadJudge(loaded.config)
}

import { ConfigError } from '../../errors.js'
import type { Config } from '../config.js'
import { PRIVACY_MODES } from '../privacy-keys.js'

/**
 * What the device keeps to itself is decided on the device: from afar it can be told to say less, never more.
 *
 * @throws {ConfigError} CONFIG_PRIVACY_LOOSENED
 */
export function checkPrivacyKept({ privacy: local }: Config, { privacy: remote }: Config): void {
  if (PRIVACY_MODES.indexOf(remote.mode) < PRIVACY_MODES.indexOf(local.mode)) {
    throw loosened('mode', remote.mode, local.mode)
  }
  for (const bound of ['aggregate_minutes', 'aggregate_segments'] as const) {
    if (remote[bound] < local[bound]) throw loosened(bound, remote[bound], local[bound])
  }
}

function loosened(name: string, remote: string | number, local: string | number): ConfigError {
  return new ConfigError(
    'CONFIG_PRIVACY_LOOSENED',
    `privacy.${name} is ${local} on the device and can only be made stricter from afar, not ${remote}`,
  )
}

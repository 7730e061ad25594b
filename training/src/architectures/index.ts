import { ConfigError } from '../../../src/errors.js'
import type { Architecture } from './architecture.js'
import { cnn } from './cnn.js'
import { tcn } from './tcn.js'

const ARCHITECTURES = { cnn, tcn } as const

export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURES)

/** @throws {ConfigError} `TRAINING_UNKNOWN_ARCHITECTURE` */
export function architectureByName(name: string, labelCount: number): Architecture {
  if (!Object.hasOwn(ARCHITECTURES, name)) {
    throw new ConfigError(
      'TRAINING_UNKNOWN_ARCHITECTURE',
      `architecture '${name}' is unknown; choose one of ${ARCHITECTURE_NAMES.join(', ')}`,
    )
  }
  return ARCHITECTURES[name as keyof typeof ARCHITECTURES](labelCount)
}

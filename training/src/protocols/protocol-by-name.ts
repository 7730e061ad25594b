import { ConfigError } from '../../../src/errors.js'
import { CREMAD_5 } from './cremad.js'
import { CROSS_CORPUS } from './cross-corpus.js'
import { EMODB_LOSO10 } from './emodb-loso10.js'
import { OWN_RECORDINGS } from './own-recordings.js'
import type { Protocol } from './protocol.js'
import { RAVDESS_EMOBOX6 } from './ravdess-emobox6.js'
import { RAVDESS_RANDOM5 } from './ravdess-random5.js'
import { RELEASED } from './released.js'
import { TESS_LOSO2 } from './tess-loso2.js'

export const DEFAULT_PROTOCOL = RAVDESS_EMOBOX6.name

export const PROTOCOLS: readonly Protocol[] = [
  RAVDESS_EMOBOX6,
  RAVDESS_RANDOM5,
  EMODB_LOSO10,
  TESS_LOSO2,
  CREMAD_5,
  CROSS_CORPUS,
  RELEASED,
]

/**
 * @param name `ravdess-emobox6`, or with its version, `ravdess-emobox6@1`, as a run keeps it
 * @throws {ConfigError} `TRAINING_UNKNOWN_PROTOCOL`
 */
export function protocolByName(name: string): Protocol {
  const protocol = [...PROTOCOLS, OWN_RECORDINGS].find(
    (known) => name === known.name || name === versionedName(known),
  )
  if (!protocol) {
    throw new ConfigError(
      'TRAINING_UNKNOWN_PROTOCOL',
      `protocol '${name}' is unknown; choose from ${[...PROTOCOLS, OWN_RECORDINGS].map(versionedName).join(', ')}`,
    )
  }
  return protocol
}

/** `ravdess-emobox6@1`: what a run was split by. */
export function versionedName({ name, version }: Protocol): string {
  return `${name}@${version}`
}

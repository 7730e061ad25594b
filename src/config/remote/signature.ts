import type { KeyObject } from 'node:crypto'
import { isSignedBy } from '../../ed25519.js'
import { ConfigError } from '../../errors.js'
import type { Desired } from './desired.js'
import { signedText, type SignedTarget } from './signed-text.js'

/** @throws {ConfigError} CONFIG_SIGNATURE unless this revision for this target was signed with the key's other half */
export function checkSignature(key: KeyObject, target: SignedTarget, desired: Desired): void {
  const { revision, patch, signature } = desired
  if (signature === undefined) throw badSignature(target, revision, 'is not signed')
  if (!isSignedBy(key, signedText(target, revision, patch), signature)) {
    throw badSignature(target, revision, 'has a signature that is not of the configured key over this text')
  }
}

function badSignature(target: SignedTarget, revision: number, what: string): ConfigError {
  return new ConfigError(
    'CONFIG_SIGNATURE',
    `revision ${revision} for ${target} ${what}; sign it as docs/remote-configuration.md says`,
  )
}

import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { ConfigError } from '../../errors.js'
import type { Desired } from './desired.js'
import { signedText, type SignedTarget } from './signed-text.js'

const SIGNATURE_BYTES = 64
const BASE64 = /^[A-Za-z0-9+/]{86}==$/

/**
 * @param pem    SubjectPublicKeyInfo, Ed25519
 * @param source where it came from, for the message
 * @throws {ConfigError} CONFIG_REMOTE_KEY
 */
export function readVerificationKey(pem: string, source: string): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw new ConfigError('CONFIG_REMOTE_KEY', `${source} holds no public key in PEM`, { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    const type = String(key.asymmetricKeyType)
    throw new ConfigError('CONFIG_REMOTE_KEY', `${source} holds a key for ${type}, allowed: Ed25519`)
  }
  return key
}

/** @throws {ConfigError} CONFIG_SIGNATURE unless this revision for this target was signed with the key's other half */
export function checkSignature(key: KeyObject, target: SignedTarget, desired: Desired): void {
  const { revision, patch, signature } = desired
  if (signature === undefined) throw badSignature(target, revision, 'is not signed')
  const bytes = Buffer.from(signature, 'base64')
  // Node takes base64 of many spellings: one signature, one text.
  const isWellFormed = BASE64.test(signature) && bytes.length === SIGNATURE_BYTES
  const text = Buffer.from(signedText(target, revision, patch), 'utf8')
  if (!isWellFormed || !verify(null, text, key, bytes)) {
    throw badSignature(target, revision, 'has a signature that is not of the configured key over this text')
  }
}

function badSignature(target: SignedTarget, revision: number, what: string): ConfigError {
  return new ConfigError(
    'CONFIG_SIGNATURE',
    `revision ${revision} for ${target} ${what}; sign it as docs/remote-configuration.md says`,
  )
}

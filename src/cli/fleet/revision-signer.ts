import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'
import type { Desired } from '../../config/remote/desired.js'
import { checkSignature } from '../../config/remote/signature.js'
import { signedText, type SignedTarget } from '../../config/remote/signed-text.js'
import { AffectdError, ConfigError } from '../../errors.js'
import { readSettingFile } from '../read-setting-file.js'

/** An operator's key: signs revisions, and tells whether one was signed with it. */
export interface RevisionSigner {
  /** @returns base64 */
  sign(target: SignedTarget, revision: number, patch: unknown): string
  isOwn(target: SignedTarget, desired: Desired): boolean
}

/**
 * @param path of a PEM file with an Ed25519 private key, not encrypted
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_REMOTE_KEY
 */
export function readRevisionSigner(path: string): RevisionSigner {
  return revisionSigner(privateKeyIn(readSettingFile('--sign', path), path))
}

export function revisionSigner(key: KeyObject): RevisionSigner {
  const publicKey = createPublicKey(key)
  return {
    sign: (target, revision, patch) =>
      sign(null, Buffer.from(signedText(target, revision, patch), 'utf8'), key).toString('base64'),
    isOwn(target, desired) {
      try {
        checkSignature(publicKey, target, desired)
        return true
      } catch (error) {
        if (error instanceof AffectdError) return false
        throw error
      }
    },
  }
}

function privateKeyIn(pem: string, path: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    throw new ConfigError(
      'CONFIG_REMOTE_KEY',
      `--sign: ${path} holds no private key in PEM, or one that is encrypted; openssl genpkey -algorithm ed25519 makes one`,
      { cause },
    )
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new ConfigError(
    'CONFIG_REMOTE_KEY',
    `--sign: ${path} holds a key for ${String(key.asymmetricKeyType)}, allowed: Ed25519`,
  )
}

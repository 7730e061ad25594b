import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Desired } from '../../config/remote/desired.js'
import { checkSignature } from '../../config/remote/signature.js'
import { signedText, type SignedTarget } from '../../config/remote/signed-text.js'
import { readSigningKey, signText } from '../../ed25519.js'
import { AffectdError } from '../../errors.js'
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
  return revisionSigner(readSigningKey(readSettingFile('--sign', path), `--sign: ${path}`))
}

export function revisionSigner(key: KeyObject): RevisionSigner {
  const publicKey = createPublicKey(key)
  return {
    sign: (target, revision, patch) => signText(key, signedText(target, revision, patch)),
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

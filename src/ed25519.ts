import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { ConfigError } from './errors.js'

const SIGNATURE_BYTES = 64
const BASE64 = /^[A-Za-z0-9+/]{86}==$/

/**
 * @param pem    SubjectPublicKeyInfo, Ed25519
 * @param source where it came from, for the message
 * @throws {ConfigError} CONFIG_REMOTE_KEY
 */
export function readVerificationKey(pem: string, source: string): KeyObject {
  // Node would take its public half: nobody would learn that the secret one lies on the device.
  if (pem.includes('PRIVATE KEY-----')) {
    const text = `${source} holds a private key: take it off this device, and copy the public one here`
    throw new ConfigError('CONFIG_REMOTE_KEY', text)
  }
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (cause) {
    throw new ConfigError('CONFIG_REMOTE_KEY', `${source} holds no public key in PEM`, { cause })
  }
  return onlyEd25519(key, source)
}

/**
 * @param pem    PKCS #8, Ed25519, not encrypted
 * @param source where it came from, for the message
 * @throws {ConfigError} CONFIG_REMOTE_KEY
 */
export function readSigningKey(pem: string, source: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (cause) {
    throw new ConfigError(
      'CONFIG_REMOTE_KEY',
      `${source} holds no private key in PEM, or one that is encrypted; openssl genpkey -algorithm ed25519 makes one`,
      { cause },
    )
  }
  return onlyEd25519(key, source)
}

/**
 * @param text signed as UTF-8
 * @returns base64
 */
export function signText(key: KeyObject, text: string): string {
  return sign(null, Buffer.from(text, 'utf8'), key).toString('base64')
}

/** @param signature base64, as it came */
export function isSignedBy(key: KeyObject, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64')
  // Node takes base64 of many spellings: one signature, one text.
  if (!BASE64.test(signature) || bytes.length !== SIGNATURE_BYTES) return false
  return verify(null, Buffer.from(text, 'utf8'), key, bytes)
}

function onlyEd25519(key: KeyObject, source: string): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new ConfigError(
    'CONFIG_REMOTE_KEY',
    `${source} holds a key for ${String(key.asymmetricKeyType)}, allowed: Ed25519`,
  )
}

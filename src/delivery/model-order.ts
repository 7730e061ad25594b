import type { KeyObject } from 'node:crypto'
import { isSignedBy, signText } from '../ed25519.js'
import { ModelError } from '../errors.js'
import { isJsonObject } from '../hostile-json.js'

/** Also the first line of what is signed: another version of the text, or another use of the key, is another signature. */
export const ORDER_SCHEMA = 'affectd.model-order/1'
export const ORDER_ENDING = '.affectd-model.json'

const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/
const SHA256 = /^[0-9a-f]{64}$/
const MAX_SIGNATURE_LENGTH = 128

/** Says which archive is to be taken, and who says so. */
export interface ModelOrder {
  /** Of the model: its manifest's. */
  readonly id: string
  /** Of the archive, bytes. */
  readonly size: number
  /** Of the archive, lower-case hex. */
  readonly sha256: string
  /** Ed25519 over `orderText`, base64. */
  readonly signature: string
}

/** What is signed: four lines joined by line feeds. */
export function orderText({ id, size, sha256 }: Omit<ModelOrder, 'signature'>): string {
  return [ORDER_SCHEMA, id, String(size), sha256].join('\n')
}

export function signOrder(key: KeyObject, order: Omit<ModelOrder, 'signature'>): ModelOrder {
  return { ...order, signature: signText(key, orderText(order)) }
}

/** @returns fields in the order in which they are written */
export function orderJson({ id, size, sha256, signature }: ModelOrder): object {
  return { schema: ORDER_SCHEMA, id, size, sha256, signature }
}

/**
 * @param value JSON of anybody's
 * @throws {ModelError} MODEL_ORDER; MODEL_UNSIGNED if it has no signature
 */
export function parseOrder(value: unknown): ModelOrder {
  if (!isJsonObject(value)) throw malformed('it is no object')
  const { schema, id, size, sha256, signature } = value
  if (schema !== ORDER_SCHEMA) throw malformed(`its schema is not ${ORDER_SCHEMA}`)
  if (typeof id !== 'string' || !ID.test(id)) throw malformed('id is no name of a model')
  if (!Number.isSafeInteger(size) || (size as number) < 1) throw malformed('size is no number of bytes')
  if (typeof sha256 !== 'string' || !SHA256.test(sha256))
    throw malformed('sha256 is not 64 hexadecimal digits')
  if (signature === undefined || signature === null || signature === '') {
    throw new ModelError(
      'MODEL_UNSIGNED',
      `the order for model ${id} is not signed; make it with affectd model sign`,
    )
  }
  if (typeof signature !== 'string' || signature.length > MAX_SIGNATURE_LENGTH)
    throw malformed('signature is none')
  return { id, size: size as number, sha256, signature }
}

export function isOrderSigned(key: KeyObject, order: ModelOrder): boolean {
  return isSignedBy(key, orderText(order), order.signature)
}

/** @throws {ModelError} MODEL_SIGNATURE unless it was signed with the key's other half */
export function checkOrder(key: KeyObject, order: ModelOrder): void {
  if (isOrderSigned(key, order)) return
  throw new ModelError(
    'MODEL_SIGNATURE',
    `the order for model ${order.id} has a signature that is not of the key in classify.model_key_file over this order`,
  )
}

function malformed(why: string): ModelError {
  return new ModelError('MODEL_ORDER', `the order cannot be read: ${why}; send what affectd model sign wrote`)
}

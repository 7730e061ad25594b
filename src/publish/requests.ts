import { AffectdError, PublishError } from '../errors.js'
import type { Publication, Request } from './publisher.js'
import { rfc3339 } from './stream-time.js'
import type { Topics } from './topics.js'

export const REQUEST_MAX_BYTES = 64 * 1024
const MAX_DEPTH = 16
const MAX_TRANSACTION_LENGTH = 128
const VERB = /^[a-z][a-z_]{0,31}(\/[a-z][a-z_]{0,31})?$/
const MAX_RESPONSE_TOPIC_LENGTH = 1024

/** The fields of a request, JSON values all, none of them checked but `transaction`. */
export type RequestBody = Readonly<Record<string, unknown>>

/**
 * Carries out one verb.
 *
 * @returns the `data` of the response, JSON
 * @throws {AffectdError} its code and message become the response's `error`
 */
export type VerbHandler = (body: RequestBody) => unknown

export type VerbHandlers = Readonly<Record<string, VerbHandler>>

export interface ParsedRequest {
  readonly transaction: string | undefined
  readonly body: RequestBody
}

/**
 * @param payload UTF-8 JSON object, or nothing, which stands for `{}`
 * @throws {PublishError} REQUEST_MALFORMED
 */
export function parseRequest(payload: Uint8Array): ParsedRequest {
  if (payload.length > REQUEST_MAX_BYTES) {
    throw malformed(`it has ${payload.length} bytes, ${REQUEST_MAX_BYTES} are allowed`)
  }
  if (payload.length === 0) return { transaction: undefined, body: {} }
  const body = parseJson(payload)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw malformed('it is not a JSON object')
  if (isDeeperThan(body, MAX_DEPTH)) throw malformed(`it is nested more than ${MAX_DEPTH} levels deep`)
  const transaction: unknown = Object.hasOwn(body, 'transaction')
    ? (body as RequestBody)['transaction']
    : undefined
  if (transaction !== undefined && !isTransaction(transaction)) {
    throw malformed(`transaction must be a string of at most ${MAX_TRANSACTION_LENGTH} characters`)
  }
  return { transaction, body: body as RequestBody }
}

/**
 * Answers requests by their verb. Pure but for what the verbs do.
 *
 * @param verbs  by name: `ping`, `config/get`
 * @param onBug  told of errors that are no `AffectdError`; the requester learns only that there was one
 * @returns the response, or null if what was sent cannot even be a verb
 */
export function createRequestHandler(
  topics: Topics,
  verbs: Readonly<Record<string, VerbHandler>>,
  onBug: (error: unknown) => void,
): (request: Request) => Publication | null {
  return ({ verb, payload, responseTopic }) => {
    if (!VERB.test(verb)) return null
    const topic = isSafeResponseTopic(responseTopic, topics) ? responseTopic : topics.response(verb)
    const reply = (response: object): Publication => ({
      topic,
      payload: JSON.stringify(response),
      qos: 1,
      retain: false,
    })
    let transaction: string | null = null
    try {
      const request = parseRequest(payload)
      transaction = request.transaction ?? null
      const handler = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
      if (handler === undefined) {
        const known = Object.keys(verbs).join(', ')
        throw new PublishError('REQUEST_UNKNOWN_VERB', `there is no verb ${verb}; there are: ${known}`)
      }
      return reply({ transaction, status: 'ok', data: handler(request.body) ?? null })
    } catch (error) {
      return reply({ transaction, status: 'error', error: describe(error, onBug) })
    }
  }
}

/** `ping` → the device's time. */
export function pingVerb(nowMs: () => number): VerbHandler {
  return () => ({ time: rfc3339(nowMs()) })
}

/**
 * `baseline/reset` → how much speech of the voice was known.
 *
 * @param forget forgets the voice, in memory and on disk, and returns what was known of it, ms
 */
export function baselineResetVerb(forget: () => number): VerbHandler {
  return () => ({ speech_ms: forget() })
}

function describe(error: unknown, onBug: (error: unknown) => void): { code: string; message: string } {
  if (error instanceof AffectdError) return { code: error.code, message: error.message }
  onBug(error)
  return { code: 'INTERNAL_REQUEST', message: 'the request failed inside affectd; its log says why' }
}

/**
 * A requester chooses where the response goes, with the device's rights rather than its own: it must not be able to
 * make the device publish requests, states or configuration, its own or another device's.
 */
function isSafeResponseTopic(topic: string | undefined, topics: Topics): topic is string {
  if (topic === undefined || topic === '' || topic.length > MAX_RESPONSE_TOPIC_LENGTH) return false
  if (/[+#\u0000-\u001f\u007f]/.test(topic) || topic.startsWith('$')) return false
  const prefix = topics.base.slice(0, topics.base.lastIndexOf('/') + 1)
  if (!topic.startsWith(prefix)) return !topic.startsWith('homeassistant/')
  return topic.startsWith(topics.response(''))
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    throw malformed('it is not UTF-8 JSON')
  }
}

function isTransaction(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TRANSACTION_LENGTH
}

/** Walks with a stack of its own: the call stack must not depend on what a stranger sends. */
function isDeeperThan(root: object, maxDepth: number): boolean {
  const stack: { value: object; depth: number }[] = [{ value: root, depth: 1 }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.depth > maxDepth) return true
    for (const value of Object.values(next.value) as unknown[]) {
      if (typeof value === 'object' && value !== null) stack.push({ value, depth: next.depth + 1 })
    }
  }
  return false
}

function malformed(why: string): PublishError {
  return new PublishError('REQUEST_MALFORMED', `the request cannot be read: ${why}`)
}

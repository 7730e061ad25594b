import { AffectdError, PublishError } from '../errors.js'
import { AnsweredRequests } from './answered-requests.js'
import { readJsonObject, type JsonObject } from '../hostile-json.js'
import type { Publication, Request } from './publisher.js'
import type { Topics } from './topics.js'

export const REQUEST_MAX_BYTES = 64 * 1024
const LIMITS = { maxBytes: REQUEST_MAX_BYTES, maxDepth: 16 }
const MAX_TRANSACTION_LENGTH = 128
const VERB = /^[a-z][a-z_]{0,31}(\/[a-z][a-z_]{0,31})?$/
const MAX_RESPONSE_TOPIC_BYTES = 256
/** Brokers end the connection of whoever publishes below too many: mosquitto above 200. */
const MAX_RESPONSE_TOPIC_LEVELS = 20
// Control characters, non-characters and halves of surrogate pairs: brokers may end the connection over them.
const UNSAFE_IN_TOPIC =
  /[+#\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}|\p{Noncharacter_Code_Point}/u

/** The fields of a request, JSON values all, none of them checked but `transaction`. */
export type RequestBody = JsonObject

/**
 * Carries out one verb.
 *
 * @returns the `data` of the response, JSON
 * @throws {AffectdError} its code and message become the response's `error`
 */
export type VerbHandler = (body: RequestBody) => unknown

export type VerbHandlers = Readonly<Record<string, VerbHandler>>

export interface RequestOptions {
  /** Told of errors that are no `AffectdError`; the requester learns only that there was one. */
  readonly onBug: (error: unknown) => void
  /** Beginnings of topics on which other systems take the device's word, beside `homeassistant/`. */
  readonly notToAnswerOn?: readonly string[]
}

export interface ParsedRequest {
  readonly transaction: string | undefined
  readonly body: RequestBody
}

/**
 * @param payload UTF-8 JSON object, or nothing, which stands for `{}`
 * @throws {PublishError} REQUEST_MALFORMED
 */
export function parseRequest(payload: Uint8Array): ParsedRequest {
  if (payload.length === 0) return { transaction: undefined, body: {} }
  const body = readJsonObject(payload, LIMITS, malformed)
  const transaction: unknown = Object.hasOwn(body, 'transaction') ? body['transaction'] : undefined
  if (transaction !== undefined && !isTransaction(transaction)) {
    throw malformed(`transaction must be a string of at most ${MAX_TRANSACTION_LENGTH} characters`)
  }
  return { transaction, body }
}

/**
 * Answers requests by their verb. One that comes again with its transaction (QoS 1 may deliver twice, and who hears no
 * answer asks again) is answered as before and not carried out again.
 *
 * @param verbs  by name: `ping`, `config/get`
 * @returns the response, or null if what was sent cannot even be a verb
 */
export function createRequestHandler(
  topics: Topics,
  verbs: VerbHandlers,
  { onBug, notToAnswerOn = [] }: RequestOptions,
): (request: Request) => Promise<Publication | null> {
  const answered = new AnsweredRequests()
  return async ({ verb, payload, responseTopic }) => {
    if (!VERB.test(verb)) return null
    const topic = isSafeResponseTopic(responseTopic, topics, ['homeassistant/', ...notToAnswerOn])
      ? responseTopic
      : topics.response(verb)
    let transaction: string | undefined
    const respond = async (): Promise<string> => {
      try {
        const request = parseRequest(payload)
        transaction = request.transaction
        return await answered.once(verb, transaction, async () => {
          const data = (await handlerOf(verbs, verb)(request.body)) ?? null
          return JSON.stringify({ transaction: transaction ?? null, status: 'ok', data })
        })
      } catch (error) {
        const described = describe(error, onBug)
        return JSON.stringify({ transaction: transaction ?? null, status: 'error', error: described })
      }
    }
    return { topic, payload: await respond(), qos: 1, retain: false }
  }
}

/** @throws {PublishError} REQUEST_UNKNOWN_VERB */
function handlerOf(verbs: VerbHandlers, verb: string): VerbHandler {
  const handler = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (handler !== undefined) return handler
  const known = Object.keys(verbs).join(', ')
  throw new PublishError('REQUEST_UNKNOWN_VERB', `there is no verb ${verb}; there are: ${known}`)
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
function isSafeResponseTopic(
  topic: string | undefined,
  topics: Topics,
  forbidden: readonly string[],
): topic is string {
  if (topic === undefined || topic === '' || Buffer.byteLength(topic) > MAX_RESPONSE_TOPIC_BYTES) return false
  if (UNSAFE_IN_TOPIC.test(topic) || topic.startsWith('$')) return false
  if (topic.split('/').length > MAX_RESPONSE_TOPIC_LEVELS) return false
  const prefix = topics.base.slice(0, topics.base.lastIndexOf('/') + 1)
  if (!topic.startsWith(prefix)) return !forbidden.some((beginning) => topic.startsWith(beginning))
  return topic.startsWith(topics.response(''))
}

function isTransaction(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TRANSACTION_LENGTH
}

function malformed(why: string): PublishError {
  return new PublishError('REQUEST_MALFORMED', `the request cannot be read: ${why}`)
}

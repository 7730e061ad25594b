import fc from 'fast-check'
import t from 'tap'
import { ConfigError, PublishError } from '../../src/errors.js'
import type { Request } from '../../src/publish/publisher.js'
import {
  baselineResetVerb,
  createRequestHandler,
  parseRequest,
  pingVerb,
} from '../../src/publish/requests.js'
import { createTopics } from '../../src/publish/topics.js'

const topics = createTopics('d')
const bugs: unknown[] = []
const handle = createRequestHandler(
  topics,
  {
    ping: pingVerb(() => Date.UTC(2026, 10, 21, 8)),
    'baseline/reset': baselineResetVerb(() => 42_980),
    'config/get': () => {
      throw new ConfigError('CONFIG_PINNED', 'no')
    },
    restart: () => {
      throw new TypeError('secret detail')
    },
    quiet: () => undefined,
  },
  (error) => bugs.push(error),
)

function request(verb: string, payload: string | Uint8Array, responseTopic?: string): Request {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return { verb, payload: bytes, responseTopic, correlationData: undefined }
}

t.test('contract: ping', (t) => {
  t.same(handle(request('ping', '{"transaction":"x"}')), {
    topic: 'affectd/d/response/ping',
    payload: '{"transaction":"x","status":"ok","data":{"time":"2026-11-21T08:00:00.000Z"}}',
    qos: 1,
    retain: false,
  })
  t.match(
    handle(request('ping', ''))?.payload,
    /^\{"transaction":null,"status":"ok"/,
    'an empty payload is an empty request',
  )
  t.match(handle(request('quiet', '{}'))?.payload, '{"transaction":null,"status":"ok","data":null}')
  t.end()
})

t.test('contract: baseline/reset', (t) => {
  t.equal(
    handle(request('baseline/reset', '{"transaction":"x"}'))?.payload,
    '{"transaction":"x","status":"ok","data":{"speech_ms":42980}}',
  )
  t.end()
})

t.test('contract: errors', (t) => {
  const error = (verb: string, payload: string): unknown =>
    (JSON.parse(handle(request(verb, payload))?.payload ?? '') as { error: { code: string } }).error.code
  t.equal(error('dance', '{}'), 'REQUEST_UNKNOWN_VERB')
  t.equal(error('constructor', '{}'), 'REQUEST_UNKNOWN_VERB', 'what every object has is no verb')
  t.equal(error('config/get', '{}'), 'CONFIG_PINNED', 'a verb chooses its code')
  for (const payload of ['{', '[]', 'null', '7', '"x"', '{"transaction":7}', '{"transaction":null}']) {
    t.equal(error('ping', payload), 'REQUEST_MALFORMED', payload)
  }
  t.match(
    handle(request('ping', '{"transaction":7}'))?.payload,
    /^\{"transaction":null,"status":"error"/,
    'what is no transaction is not echoed, but the field is there',
  )
  t.equal(error('ping', JSON.stringify({ transaction: 'x'.repeat(129) })), 'REQUEST_MALFORMED')
  t.equal(error('ping', '{"a":'.repeat(20) + '1' + '}'.repeat(20)), 'REQUEST_MALFORMED')
  t.equal(error('ping', '['.repeat(30_000) + ']'.repeat(30_000)), 'REQUEST_MALFORMED')
  t.equal(error('ping', `{"a":"${'x'.repeat(70_000)}"}`), 'REQUEST_MALFORMED')
  t.end()
})

t.test('our bug is told to us, not to the requester', (t) => {
  const response = handle(request('restart', '{"transaction":"x"}'))
  t.match(JSON.parse(response?.payload ?? ''), { transaction: 'x', error: { code: 'INTERNAL_REQUEST' } })
  t.notMatch(response?.payload, /secret/)
  t.equal((bugs.pop() as Error).message, 'secret detail')
  t.end()
})

t.test('what cannot be a verb gets no answer', (t) => {
  for (const verb of ['', 'A', 'a/b/c', 'a//b', '../x', 'a b', 'x'.repeat(40), 'ping\n']) {
    t.equal(handle(request(verb, '{}')), null, JSON.stringify(verb))
  }
  t.end()
})

t.test('a response topic is used where it can do no harm', (t) => {
  const topicFor = (responseTopic: string): string | undefined =>
    handle(request('ping', '{}', responseTopic))?.topic
  for (const safe of ['answers/me', 'affectd/d/response/elsewhere', '/x']) t.equal(topicFor(safe), safe)
  for (const unsafe of [
    '',
    'a/#',
    'a/+/b',
    'a\u0000',
    '$SYS/x',
    'affectd/d/config/desired',
    'affectd/other/request/restart',
    'affectd/d/status',
    'homeassistant/device/d/config',
    'x'.repeat(2000),
  ]) {
    t.equal(topicFor(unsafe), 'affectd/d/response/ping', JSON.stringify(unsafe.slice(0, 40)))
  }
  t.end()
})

t.test('whatever is sent, only a PublishError escapes the parser and the handler always answers', (t) => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json({ maxDepth: 40 }).map((text) => new Uint8Array(Buffer.from(text))),
    fc
      .dictionary(
        fc.oneof(fc.string(), fc.constantFrom('transaction', '__proto__', 'constructor')),
        fc.jsonValue(),
      )
      .map((value) => new Uint8Array(Buffer.from(JSON.stringify(value)))),
  )
  fc.assert(
    fc.property(hostile, (payload) => {
      try {
        parseRequest(payload)
      } catch (error) {
        if (!(error instanceof PublishError)) return false
      }
      const response = handle(request('ping', payload))
      const status: unknown = (JSON.parse(response?.payload ?? 'null') as { status: unknown }).status
      return status === 'ok' || status === 'error'
    }),
    { numRuns: 500 },
  )
  t.end()
})

import fc from 'fast-check'
import t from 'tap'
import { ConfigError, PublishError } from '../../src/errors.js'
import type { Request } from '../../src/publish/publisher.js'
import { deviceVerbs } from '../../src/publish/device-verbs.js'
import { modelVerbs } from '../../src/publish/model-verbs.js'
import { createRequestHandler, parseRequest } from '../../src/publish/requests.js'
import { createTopics } from '../../src/publish/topics.js'

const topics = createTopics('d')
const bugs: unknown[] = []
const done: unknown[] = []
let mayAct = true
const handle = createRequestHandler(
  topics,
  {
    ...deviceVerbs({
      nowMs: () => Date.UTC(2026, 10, 21, 8),
      mayAct: () => mayAct,
      config: () => ({ revision: 7, group_revision: 0, effective: {} }),
      configSchema: () => ({ type: 'object' }),
      rollBackConfig() {
        throw new ConfigError('CONFIG_NOTHING_TO_ROLL_BACK', 'no')
      },
      setListening: (listening) => ({
        listening,
        kept: done.push(listening) > 0,
        held_by: listening ? [] : ['request'],
      }),
      health: () => ({ uptime_s: 1 }),
      forgetVoice: () => ({ speech_ms: 42_980, fatigue_speech_ms: 600_000 }),
      models: undefined,
      restart: () => done.push('restart'),
    }),
    broken: () => {
      throw new TypeError('secret detail')
    },
    late: () => Promise.resolve(7),
    quiet: () => undefined,
  },
  { onBug: (error) => bugs.push(error), notToAnswerOn: ['ha/'] },
)

async function payloadOf(verb: string, payload: string): Promise<string> {
  return (await handle(request(verb, payload)))?.payload ?? ''
}

function request(verb: string, payload: string | Uint8Array, responseTopic?: string): Request {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return { verb, payload: bytes, responseTopic, correlationData: undefined }
}

t.test('contract: ping', async (t) => {
  t.same(await handle(request('ping', '{"transaction":"x"}')), {
    topic: 'affectd/d/response/ping',
    payload: '{"transaction":"x","status":"ok","data":{"time":"2026-11-21T08:00:00.000Z"}}',
    qos: 1,
    retain: false,
  })
  t.match(
    await payloadOf('ping', ''),
    /^\{"transaction":null,"status":"ok"/,
    'an empty payload is an empty request',
  )
  t.match(await payloadOf('quiet', '{}'), '{"transaction":null,"status":"ok","data":null}')
})

t.test('contract: baseline/reset', async (t) => {
  t.equal(
    await payloadOf('baseline/reset', '{"transaction":"x"}'),
    '{"transaction":"x","status":"ok","data":{"speech_ms":42980,"fatigue_speech_ms":600000}}',
  )
})

t.test('contract: errors', async (t) => {
  const error = async (verb: string, payload: string): Promise<unknown> =>
    (JSON.parse(await payloadOf(verb, payload)) as { error: { code: string } }).error.code
  t.equal(await error('dance', '{}'), 'REQUEST_UNKNOWN_VERB')
  t.equal(await error('constructor', '{}'), 'REQUEST_UNKNOWN_VERB', 'what every object has is no verb')
  t.equal(await error('config/rollback', '{}'), 'CONFIG_NOTHING_TO_ROLL_BACK', 'a verb chooses its code')
  for (const payload of ['{', '[]', 'null', '7', '"x"', '{"transaction":7}', '{"transaction":null}']) {
    t.equal(await error('ping', payload), 'REQUEST_MALFORMED', payload)
  }
  t.match(
    await payloadOf('ping', '{"transaction":7}'),
    /^\{"transaction":null,"status":"error"/,
    'what is no transaction is not echoed, but the field is there',
  )
  t.equal(await error('ping', JSON.stringify({ transaction: 'x'.repeat(129) })), 'REQUEST_MALFORMED')
  t.equal(await error('ping', '{"a":'.repeat(20) + '1' + '}'.repeat(20)), 'REQUEST_MALFORMED')
  t.equal(await error('ping', '['.repeat(30_000) + ']'.repeat(30_000)), 'REQUEST_MALFORMED')
  t.equal(await error('ping', `{"a":"${'x'.repeat(70_000)}"}`), 'REQUEST_MALFORMED')
})

t.test('our bug is told to us, not to the requester', async (t) => {
  const response = await payloadOf('broken', '{"transaction":"x"}')
  t.match(JSON.parse(response), { transaction: 'x', error: { code: 'INTERNAL_REQUEST' } })
  t.notMatch(response, /secret/)
  t.equal((bugs.pop() as Error).message, 'secret detail')
})

t.test('what cannot be a verb gets no answer', async (t) => {
  for (const verb of ['', 'A', 'a/b/c', 'a//b', '../x', 'a b', 'x'.repeat(40), 'ping\n']) {
    t.equal(await handle(request(verb, '{}')), null, JSON.stringify(verb))
  }
})

t.test('a response topic is used where it can do no harm', async (t) => {
  const topicFor = async (responseTopic: string): Promise<string | undefined> =>
    (await handle(request('ping', '{}', responseTopic)))?.topic
  for (const safe of ['answers/me', 'affectd/d/response/elsewhere', '/x']) t.equal(await topicFor(safe), safe)
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
    'ha/device/d/config',
    'x'.repeat(2000),
    'a/'.repeat(20) + 'a',
    'a\u0085b',
    'a\uffffb',
    'a\ud800b',
    '\u{1f600}'.repeat(65),
  ]) {
    t.equal(await topicFor(unsafe), 'affectd/d/response/ping', JSON.stringify(unsafe.slice(0, 40)))
  }
})

t.test(
  'whatever is sent, only a PublishError escapes the parser and the handler always answers',
  async () => {
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
    await fc.assert(
      fc.asyncProperty(hostile, async (payload) => {
        try {
          parseRequest(payload)
        } catch (error) {
          if (!(error instanceof PublishError)) return false
        }
        const response = await handle(request('ping', payload))
        const status: unknown = (JSON.parse(response?.payload ?? 'null') as { status: unknown }).status
        return status === 'ok' || status === 'error'
      }),
      { numRuns: 500 },
    )
  },
)

t.test('contract: what each verb answers', async (t) => {
  const data = async (verb: string, body = '{}'): Promise<unknown> =>
    (JSON.parse(await payloadOf(verb, body)) as { data: unknown }).data
  t.same(await data('health'), { uptime_s: 1 })
  t.same(await data('config/get'), { revision: 7, group_revision: 0, effective: {} })
  t.same(await data('config/schema'), { type: 'object' })
  t.same(await data('listen/set', '{"listening":false}'), {
    listening: false,
    kept: true,
    held_by: ['request'],
  })
  t.same(await data('restart'), { restarting: true })
  t.equal(await data('late'), 7, 'a verb may take its time')
  t.same(done.splice(0), [false, 'restart'])
  for (const body of ['{}', '{"listening":0}', '{"listening":"true"}', '{"listening":null}']) {
    t.match(await payloadOf('listen/set', body), /"code":"REQUEST_ARGUMENT"/, body)
  }
  t.same(done, [], 'what is not understood does nothing')
})

t.test('contract: models', async (t) => {
  const standing = {
    id: 'm',
    sha256: 'ab',
    origin: 'delivered',
    trialUntilMs: Date.UTC(2026, 10, 21, 9),
  } as const
  const asked: unknown[] = []
  let isLimited = false
  const verbs = modelVerbs(
    {
      install: (body) => Promise.resolve(asked.push(body) === 1 ? { offset: 7, chunkBytes: 9 } : 'in_force'),
      chunk: () => Promise.resolve({ offset: 16, chunkBytes: 9 }),
      rollBack: () => void asked.push('back'),
      standing: () => standing,
    },
    () => {
      if (isLimited) throw new PublishError('REQUEST_TOO_MANY', 'x')
    },
  )
  t.same(await verbs['model/install']?.({ order: 1 }), { state: 'receiving', offset: 7, chunk_bytes: 9 })
  const trial = {
    state: 'trial',
    id: 'm',
    sha256: 'ab',
    origin: 'delivered',
    trial_until: '2026-11-21T09:00:00.000Z',
  }
  t.same(await verbs['model/install']?.({}), trial)
  t.same(await verbs['model/rollback']?.({}), trial)
  t.same(asked, [{ order: 1 }, {}, 'back'])
  isLimited = true
  t.same(
    await verbs['model/chunk']?.({}),
    { state: 'receiving', offset: 16, chunk_bytes: 9 },
    'chunks are no deeds',
  )
  t.throws(() => verbs['model/rollback']?.({}), { code: 'REQUEST_TOO_MANY' })
  for (const verb of ['model/install', 'model/chunk', 'model/rollback']) {
    t.match(await payloadOf(verb, '{}'), /"code":"MODEL_DELIVERY_OFF"/, 'where none are taken')
  }
})

t.test('a transaction that comes again is answered again and not carried out again', async (t) => {
  const ask = (transaction: string): Promise<string> =>
    payloadOf('listen/set', JSON.stringify({ transaction, listening: true }))
  const both = await Promise.all([ask('twice'), ask('twice')])
  t.equal(both[0], both[1])
  t.equal(await ask('twice'), both[0], 'also later')
  t.same(done.splice(0), [true])
  await payloadOf('restart', '{"transaction":"twice"}')
  t.same(done.splice(0), ['restart'], 'of another verb it is another')
  for (let n = 0; n < 100; n++) await ask(`n${n}`)
  await ask('twice')
  t.equal(done.splice(0).length, 101, 'what is long past is forgotten')
})

t.test('what changes something is not done too often, what only asks is answered all the same', async (t) => {
  mayAct = false
  for (const verb of ['config/rollback', 'listen/set', 'baseline/reset', 'restart']) {
    t.match(await payloadOf(verb, '{"listening":true}'), /"code":"REQUEST_TOO_MANY"/, verb)
  }
  t.match(await payloadOf('ping', '{}'), /"status":"ok"/)
  t.same(done, [])
  mayAct = true
})

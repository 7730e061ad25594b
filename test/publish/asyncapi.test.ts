import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import t from 'tap'
import { createTopics } from '../../src/publish/topics.js'
import { AsyncApi, fileName, nameIn, schemaFiles, topicOf } from '../support/asyncapi.js'

const api = new AsyncApi()
const { document } = api
const { channels, operations } = document
const PARAMETERS = { prefix: 'affectd', deviceId: 'bus-12', group: 'buses', kind: 'anger' }
/** Topics of the publish stage that `createTopics` does not make. */
const ELSEWHERE: readonly string[] = ['homeAssistantDiscovery', 'homeAssistantStatus']

t.test('the document is valid AsyncAPI 3.0', (t) => {
  const specs = createRequire(import.meta.url)('@asyncapi/specs') as {
    readonly schemasWithoutId: Readonly<Record<string, object>>
  }
  const schema = specs.schemasWithoutId['3.0.0']
  if (schema === undefined) throw new Error('@asyncapi/specs has no schema of AsyncAPI 3.0.0')
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true })
  addFormats.default(ajv)
  const validate = ajv.compile(schema)
  t.equal(document.asyncapi, '3.0.0')
  t.ok(validate(document), ajv.errorsText(validate.errors))
  t.notOk(validate({ ...document, channels: { a: { adress: 'x' } } }), 'and one with a slip is not')
  t.end()
})

t.test('every reference within the document leads somewhere, and every schema is used', (t) => {
  const used = new Set<string>()
  const follow = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$ref' || typeof value !== 'string') follow(value)
      else if (value.startsWith('#/')) {
        const target = value
          .slice(2)
          .split('/')
          .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document)
        t.not(target, undefined, value)
      } else used.add(fileName(value))
    }
  }
  follow(document)
  const unused = schemaFiles().filter((name) => !used.has(name))
  t.same(unused, ['common.json'], 'that one is referred to by the others')
  for (const name of used) t.ok(schemaFiles().includes(name), name)
  t.end()
})

t.test('every channel has one message, an operation, and only parameters that its address names', (t) => {
  for (const [name, channel] of Object.entries(channels)) {
    const { parameters = {} } = channel as { parameters?: Record<string, unknown> }
    const inAddress = [...channel.address.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
    t.same(Object.keys(parameters).sort(), inAddress.sort(), name)
    t.equal(Object.keys(channel.messages).length, 1, name)
    t.doesNotThrow(() => api.operationOf(name), name)
    const operation = api.operationOf(name)
    t.equal(
      operation['x-reserved'],
      channel['x-reserved'],
      `${name} and its operation are both reserved, or neither`,
    )
  }
  t.end()
})

t.test('channels and the topics of the sources are the same, both ways', (t) => {
  const topics = createTopics(PARAMETERS.deviceId, PARAMETERS.prefix)
  const inSources = new Set<string>()
  for (const [key, value] of Object.entries(topics) as [string, unknown][]) {
    if (key === 'base' || key === 'requests' || key === 'response' || key === 'verbOf') continue
    const name = key === 'groupConfigDesired' ? PARAMETERS.group : PARAMETERS.kind
    inSources.add(typeof value === 'function' ? (value as (name: string) => string)(name) : String(value))
  }
  const isVerb = (name: string): boolean => /^(request|response)/.test(name)
  const documented = Object.entries(channels).filter(([name]) => !isVerb(name) && !ELSEWHERE.includes(name))
  const now = documented.filter(([, channel]) => channel['x-reserved'] !== true)
  t.same(
    new Set(now.map(([, { address }]) => topicOf(address, PARAMETERS))),
    inSources,
    'a channel of what the sources have is not marked x-reserved; one of what they lack is',
  )
  t.end()
})

t.test('requests and responses are where the sources look for them', (t) => {
  const topics = createTopics('bus-12')
  const requests = Object.entries(operations).filter(([, { reply }]) => reply !== undefined)
  t.ok(requests.length >= 8)
  for (const [name, { action, channel, reply }] of requests) {
    const address = channels[nameIn(channel)]?.address ?? ''
    const verb = topics.verbOf(topicOf(address, PARAMETERS))
    t.equal(action, 'receive', name)
    t.type(verb, 'string', name)
    const answer = channels[nameIn(reply?.channel ?? channel)]?.address ?? ''
    t.equal(topicOf(answer, PARAMETERS), topics.response(verb ?? ''), name)
  }
  t.end()
})

t.test('what the device sends is described closed, what it receives open', (t) => {
  for (const [name, operation] of Object.entries(operations)) {
    const file = (api.messageOf(nameIn(operation.channel)).payload as { $ref?: string }).$ref
    if (file === undefined || operation['x-reserved'] === true) continue
    const schema = JSON.parse(readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')) as {
      readonly additionalProperties?: boolean
    }
    t.equal(schema.additionalProperties, operation.action === 'receive', `${name}: ${file}`)
  }
  t.end()
})

t.test('the examples fit their schemas', (t) => {
  const messages = Object.keys(channels).filter((name) => api.messageOf(name).examples !== undefined)
  t.ok(messages.length > 0)
  for (const name of messages) {
    for (const { payload } of api.messageOf(name).examples ?? []) {
      t.equal(api.complaint(name, JSON.stringify(payload)), null, name)
    }
  }
  t.end()
})

import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { AsyncApi, nameIn } from '../support/asyncapi.js'
import { sampleDiscovery, sampleMessages } from '../support/sample-messages.js'

const FOLDER = new URL('contract/', import.meta.url)
/** Channels whose messages other tests freeze: requests.test.ts. */
const FROZEN_ELSEWHERE: readonly string[] = ['responseUnknown']

const api = new AsyncApi()
const samples = { ...sampleMessages(), 'home-assistant-discovery': sampleDiscovery(['anger', 'fatigue']) }

/** Other systems are built on these messages: a change here breaks them, and wants another schema version. */
for (const [name, message] of Object.entries(samples)) {
  t.test(`contract: ${name}, topic, QoS, retention and payload to the byte`, (t) => {
    const frozen = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as { payload: unknown }
    const { kind: _, ...sent } = message
    t.same({ ...sent, payload: JSON.parse(message.payload) as unknown }, frozen)
    t.equal(message.payload, JSON.stringify(frozen.payload), 'the order of fields included')
    t.end()
  })

  t.test(`${name} is as docs/asyncapi.yaml says`, (t) => {
    const channel = api.channelOf(message.topic)
    if (channel === undefined) throw new Error(`no channel has the topic ${message.topic}`)
    t.equal(api.complaint(channel, message.payload), null)
    const { action, bindings } = api.operationOf(channel)
    t.equal(action, 'send')
    t.match(bindings.mqtt, { qos: message.qos, retain: message.retain })
    t.end()
  })
}

t.test('a payload with a field more or less than the schema has is refused', (t) => {
  for (const message of Object.values(samples)) {
    const channel = api.channelOf(message.topic) ?? ''
    const payload = JSON.parse(message.payload) as Record<string, unknown>
    t.type(api.complaint(channel, JSON.stringify({ ...payload, extra: 1 })), 'string', channel)
    for (const key of Object.keys(payload)) {
      const { [key]: _, ...rest } = payload
      t.type(api.complaint(channel, JSON.stringify(rest)), 'string', `${channel} without ${key}`)
    }
  }
  t.end()
})

t.test('every frozen message is still made, and everything that the device sends is frozen', (t) => {
  t.same(
    readdirSync(FOLDER).sort(),
    Object.keys(samples)
      .map((name) => `${name}.json`)
      .sort(),
  )
  const frozen = new Set(Object.values(samples).map(({ topic }) => api.channelOf(topic)))
  const sent = Object.entries(api.document.operations)
    .filter(([, { action, 'x-reserved': isReserved }]) => action === 'send' && isReserved !== true)
    .map(([, { channel }]) => nameIn(channel))
  t.same(new Set(sent.filter((name) => !FROZEN_ELSEWHERE.includes(name))), frozen)
  t.end()
})

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { AffectdProcess } from '../support/affectd-process.js'
import { AsyncApi, nameIn, topicOf } from '../support/asyncapi.js'
import { Mosquitto, freePort } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import type { Heard } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const PARAMETERS = { prefix: 'affectd', deviceId: 't1', discoveryPrefix: 'homeassistant', group: 'buses' }
/** Ends what the other requests need. */
const LAST_VERB = 'restart'

const api = new AsyncApi()

/** Requests of the document with their topics, those that end the others last. */
function requests(): readonly {
  readonly topic: string
  readonly answer: string
  readonly payload: string
}[] {
  const { operations, channels } = api.document
  return Object.values(operations)
    .flatMap(({ channel, reply }) => (reply === undefined ? [] : [{ channel, reply: reply.channel }]))
    .map(({ channel, reply }) => ({
      topic: topicOf(channels[nameIn(channel)]?.address ?? '', PARAMETERS),
      answer: topicOf(channels[nameIn(reply)]?.address ?? '', PARAMETERS),
      payload: JSON.stringify(example(nameIn(channel))),
    }))
    .sort((a, b) => Number(a.topic.endsWith(LAST_VERB)) - Number(b.topic.endsWith(LAST_VERB)))
}

function example(channel: string): unknown {
  const { examples = [] } = api.messageOf(channel)
  // Listening goes on for the requests after it.
  return {
    ...(examples[0]?.payload as object),
    ...(channel === 'requestListenSet' ? { listening: true } : {}),
  }
}

/** Published by this test, not by the device. */
const OURS = /^mark$|^affectd\/t1\/request\/|\/config\/desired$/

/** What is wrong with a message of the device, or null. */
function complaint({ topic, payload, packet }: Heard): string | null {
  const channel = api.channelOf(topic)
  if (channel === undefined) return `${topic} is no channel's topic`
  const { bindings, 'x-reserved': isReserved } = api.operationOf(channel)
  if (isReserved === true) return `${channel} is marked x-reserved, and is sent`
  const wrong = api.complaint(channel, payload)
  if (wrong !== null) return `${topic} ${payload}: ${wrong}`
  const { qos, retain } = bindings.mqtt
  const isAsSaid = packet.qos === qos && packet.retain === retain
  return isAsSaid ? null : `${topic} came with QoS ${packet.qos}, retained: ${packet.retain}`
}

t.test('what a running agent says is what docs/asyncapi.yaml says', skipUnless('mosquitto'), async (t) => {
  const broker = new Mosquitto(await freePort())
  await broker.start()
  t.teardown(() => broker.remove())
  const tap = await MqttTap.open(broker.url, 'mark')
  t.teardown(() => tap.close())
  // "Retained" as the sender said it, not as the broker says it to a subscriber that was there already.
  await tap.client.subscribeAsync('#', { qos: 1, rap: true })
  const desired = '{"revision":1,"patch":{"affect":{"min_confidence":0.5}}}'
  for (const topic of ['affectd/t1/config/desired', 'affectd/_group/buses/config/desired']) {
    await tap.client.publishAsync(topic, desired, { qos: 1, retain: true })
  }
  const agent = new AffectdProcess([
    'run',
    '--source',
    `file:${DEMO}?loop=1`,
    '--set',
    `mqtt.url=${broker.url}`,
    ...['device.id=t1', 'health.interval_s=1', 'publish.home_assistant=true', 'log.level=warn'].flatMap(
      (setting) => ['--set', setting],
    ),
    '--set',
    `device.state_dir=${join(t.testdir({}), 'state')}`,
  ])
  const countOf = (topic: string): number => tap.heard.filter((one) => one.topic === topic).length
  const heard = (topic: string, count = 1): Promise<void> =>
    Promise.race([
      tap.until(() => countOf(topic) >= count),
      agent.exited.then(() => {
        throw new Error(`the agent ended early: ${agent.stderr}`)
      }),
    ])

  await heard('affectd/t1/emotion', 2)
  await tap.client.publishAsync('affectd/t1/request/nonsense', '{"transaction":"a0"}', { qos: 1 })
  await heard('affectd/t1/response/nonsense')
  for (const { topic, answer, payload } of requests()) {
    const before = countOf(answer)
    await tap.client.publishAsync(topic, payload, { qos: 1 })
    await heard(answer, before + 1)
    const response = tap.heard.findLast((one) => one.topic === answer)
    t.match(JSON.parse(response?.payload ?? ''), { transaction: 'a1' }, topic)
  }
  await tap.client.publishAsync('affectd/t1/request/ping', '', { qos: 1 })
  await heard('affectd/t1/response/ping', 2)
  await heard('affectd/t1/health', 3)
  agent.child.kill('SIGTERM')
  await agent.exited
  await tap.until((all) => all.some(({ payload }) => payload.includes('"offline"')))

  const said = tap.heard.filter(({ topic }) => !OURS.test(topic))
  t.same(
    said.map(complaint).filter((one) => one !== null),
    [],
  )
  const channels = new Set(said.map(({ topic }) => api.channelOf(topic)))
  for (const channel of ['status', 'info', 'emotion', 'state', 'health', 'homeAssistantDiscovery']) {
    t.ok(channels.has(channel), `${channel} was heard`)
  }
  t.ok(channels.has('responseUnknown'), 'a verb that there is not is answered')
})

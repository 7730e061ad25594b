import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import t from 'tap'
import { Mosquitto, freePort } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import type { Heard } from '../support/mqtt-tap.js'
import { event, publisherRig } from '../support/publisher-rig.js'
import { findProgram, skipUnless } from '../support/require-part.js'

const needsMosquitto = skipUnless('mosquitto')

function numbers(heard: readonly Heard[], topic: string): number[] {
  return heard
    .filter((message) => message.topic === topic)
    .map(({ payload }) => (JSON.parse(payload) as { n: number }).n)
}

t.test(
  'events published before the broker exists arrive in order after it starts',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort(), [
      'persistence true',
      'persistence_location FOLDER/',
      'max_queued_messages 0',
    ])
    // The subscriber's session is made first, and the broker stopped: its absence is what the publisher meets.
    await broker.start()
    const session = { clientId: 'listener', clean: false, properties: { sessionExpiryInterval: 600 } }
    const first = await MqttTap.open(broker.url, 'affectd/t1/#', session)
    await first.close()
    await broker.kill('SIGTERM')

    const { publisher, topics, log } = publisherRig(broker.url)
    t.teardown(() => publisher.close())
    publisher.start()
    for (let n = 0; n < 100; n++) await publisher.publish(event(topics, n))
    t.equal(publisher.counts.outboxDepth, 100, 'all are kept')
    // The absence must have been met before it ends, or there is nothing to say of it.
    while (!log.some(({ level }) => level === 'warn')) await new Promise((resolve) => setTimeout(resolve, 5))
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/#', session)
    t.teardown(() => tap.close())
    t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0)
    await tap.until((heard) => numbers(heard, topics.emotion).includes(99))
    t.same(
      numbers(tap.heard, topics.emotion),
      Array.from({ length: 100 }, (_, n) => n),
    )
    const warnings = log.filter(({ level }) => level === 'warn')
    t.equal(warnings.length, 1, 'the absence of the broker is said once')
    t.equal(warnings[0]?.fields['code'], 'PUBLISH_UNREACHABLE')
  },
)

t.test('a broker killed and restarted mid-stream loses nothing', needsMosquitto, async (t) => {
  const broker = new Mosquitto(await freePort(), [
    'persistence true',
    'persistence_location FOLDER/',
    // Saved after every change: what has been acknowledged survives the kill.
    'autosave_interval 1',
    'autosave_on_changes true',
    'max_queued_messages 0',
    'max_inflight_messages 0',
  ])
  await broker.start()
  t.teardown(() => broker.remove())
  const session = { clientId: 'listener', clean: false, properties: { sessionExpiryInterval: 600 } }
  const tap = await MqttTap.open(broker.url, 'affectd/t1/emotion', session)
  t.teardown(() => tap.close())
  const { publisher, topics } = publisherRig(broker.url)
  t.teardown(() => publisher.close())
  publisher.start()
  const total = 900
  for (let n = 0; n < total; n++) {
    await publisher.publish(event(topics, n))
    if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    if (n === 300 || n === 600) {
      await tap.until((heard) => numbers(heard, topics.emotion).length > n / 3)
      await broker.kill()
      await broker.start()
    }
  }
  t.equal(await publisher.drain(AbortSignal.timeout(60_000)), 0)
  await tap.until((heard) => new Set(numbers(heard, topics.emotion)).size === total)
  t.equal(new Set(numbers(tap.heard, topics.emotion)).size, total, 'every event arrived')
  const firstOfEach = [...new Set(numbers(tap.heard, topics.emotion))]
  t.ok(
    firstOfEach.every((n, i) => n === i),
    'first arrivals are in order',
  )
  t.equal(publisher.counts.reconnects, 2)
  t.equal(publisher.counts.outboxDropped, 0)
})

t.test(
  'the will appears when the connection is lost, and a farewell when it is ended',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/status')
    t.teardown(() => tap.close())

    const cut = publisherRig(broker.url, { clientId: 'same-id' })
    cut.publisher.start()
    await tap.until((heard) => heard.length === 1)
    t.match(JSON.parse(tap.heard[0]?.payload ?? ''), { state: 'online', reason: null })
    // Another client with the same id makes the broker cut this one, as a lost network would, and take its place.
    const usurper = await MqttTap.open(broker.url, 'nothing', { clientId: 'same-id', reconnectPeriod: 0 })
    await tap.until((heard) => heard.length >= 2)
    t.match(JSON.parse(tap.heard[1]?.payload ?? ''), { state: 'offline', reason: 'connection_lost' })
    await usurper.close()
    await tap.until((heard) => heard.length >= 3)
    t.match(JSON.parse(tap.heard[2]?.payload ?? ''), { state: 'online' }, 'it comes back and says so')
    await cut.publisher.close()
    await tap.until((heard) => heard.length >= 4)
    t.match(JSON.parse(tap.heard[3]?.payload ?? ''), { state: 'offline', reason: 'shutdown' })
    const late = await MqttTap.open(broker.url, 'affectd/t1/status')
    t.match(await late.first('affectd/t1/status'), { reason: 'shutdown' }, 'it is retained')
    await late.close()
  },
)

t.test('only the newest of each retained state arrives after an outage', needsMosquitto, async (t) => {
  const broker = new Mosquitto(await freePort())
  const { publisher, topics } = publisherRig(broker.url)
  t.teardown(() => publisher.close())
  publisher.start()
  for (let n = 0; n < 50; n++) {
    await publisher.publish({
      topic: topics.state,
      payload: JSON.stringify({ n }),
      qos: 1,
      retain: true,
      kind: 'state',
    })
    await publisher.publish({
      topic: topics.health,
      payload: JSON.stringify({ n }),
      qos: 0,
      retain: true,
      kind: 'state',
    })
  }
  await broker.start()
  t.teardown(() => broker.remove())
  t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0)
  const tap = await MqttTap.open(broker.url, 'affectd/t1/+')
  t.teardown(() => tap.close())
  t.same(await tap.first(topics.state), { n: 49 })
  t.same(await tap.first(topics.health), { n: 49 })
})

t.test(
  'ping is answered, at the response topic and with the correlation data of MQTT 5',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const { publisher, topics } = publisherRig(broker.url)
    t.teardown(() => publisher.close())
    const tap = await MqttTap.open(broker.url, '#')
    t.teardown(() => tap.close())
    publisher.start()
    await tap.first(topics.status)
    t.equal(await publisher.drain(AbortSignal.timeout(5000)), 0)

    const ask = (verb: string, payload: string, properties = {}): void => {
      tap.client.publish(`affectd/t1/request/${verb}`, payload, { qos: 1, properties })
    }
    ask('ping', '{"transaction":"a1"}')
    const plain = await tap.first('affectd/t1/response/ping')
    t.match(plain, { transaction: 'a1', status: 'ok', data: { time: /Z$/ } })

    ask('ping', '{"transaction":"a2"}', { responseTopic: 'answers/here', correlationData: Buffer.from('k7') })
    t.match(await tap.first('answers/here'), { transaction: 'a2', status: 'ok' })
    const answer = tap.heard.find(({ topic }) => topic === 'answers/here')
    t.equal(answer?.packet.properties?.correlationData?.toString(), 'k7')

    ask('nonsense', '{}')
    t.match(await tap.first('affectd/t1/response/nonsense'), {
      status: 'error',
      error: { code: 'REQUEST_UNKNOWN_VERB' },
    })
  },
)

t.test('a retained request is not carried out again at every connection', needsMosquitto, async (t) => {
  for (const protocol of ['5', '3.1.1'] as const) {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    const tap = await MqttTap.open(broker.url, 'affectd/t1/#')
    await tap.client.publishAsync('affectd/t1/request/ping', '{"transaction":"old"}', {
      qos: 1,
      retain: true,
    })
    const { publisher, topics } = publisherRig(broker.url, { protocol })
    publisher.start()
    await tap.first(topics.status)
    await tap.client.publishAsync('affectd/t1/request/ping', '{"transaction":"new"}', { qos: 1 })
    t.match(await tap.first(topics.response('ping')), { transaction: 'new' })
    await publisher.close()
    await tap.close()
    await broker.remove()
  }
})

t.test('a wrong password is retried for ever with one clear line', needsMosquitto, async (t) => {
  const tool = findProgram('mosquitto_passwd')
  if (tool === undefined) throw new Error('mosquitto_passwd is missing; it comes with mosquitto')
  for (const protocol of ['5', '3.1.1'] as const) {
    const broker = new Mosquitto(await freePort(), ['password_file FOLDER/passwords'])
    spawnSync(tool, ['-c', '-b', `${broker.folder}/passwords`, 'bus', 'right'])
    await broker.start()
    const { publisher, topics, log } = publisherRig(broker.url.replace('//', '//bus:wrong@'), { protocol })
    publisher.start()
    await publisher.publish(event(topics, 0))
    const attempts = (): number => log.filter(({ text }) => text.startsWith('connecting')).length
    while (attempts() < 5) await new Promise((resolve) => setImmediate(resolve))
    const warnings = log.filter(({ level }) => level === 'warn')
    t.equal(warnings.length, 1)
    t.equal(warnings[0]?.fields['code'], 'PUBLISH_REFUSED')
    t.match(warnings[0]?.text, /not authorised|bad user name/)
    t.notMatch(JSON.stringify(log), /wrong/, 'the password is not in the log')
    t.equal(publisher.counts.outboxDepth, 1, 'the event is kept')
    await publisher.close()
    await broker.remove()
  }
})

t.test('MQTT 3.1.1 delivers as well', needsMosquitto, async (t) => {
  const broker = new Mosquitto(await freePort())
  await broker.start()
  t.teardown(() => broker.remove())
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const { publisher, topics } = publisherRig(broker.url, { protocol: '3.1.1' })
  t.teardown(() => publisher.close())
  publisher.start()
  for (let n = 0; n < 40; n++) await publisher.publish(event(topics, n))
  t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0)
  await tap.until((heard) => numbers(heard, topics.emotion).length === 40)
  t.match(await tap.first(topics.status), { state: 'online' })
})

t.test(
  'an event larger than the broker takes is given up and the others arrive',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort(), ['max_packet_size 2000'])
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/emotion')
    t.teardown(() => tap.close())
    const { publisher, topics, log } = publisherRig(broker.url)
    t.teardown(() => publisher.close())
    publisher.start()
    await publisher.publish(event(topics, 0))
    await publisher.publish({
      topic: topics.emotion,
      payload: `"${'x'.repeat(4000)}"`,
      qos: 1,
      retain: false,
      kind: 'event',
    })
    await publisher.publish(event(topics, 2))
    t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0)
    await tap.until((heard) => heard.length === 2)
    t.same(numbers(tap.heard, topics.emotion), [0, 2])
    t.equal(publisher.counts.outboxDropped, 1, 'and it is counted')
    t.ok(log.some(({ fields }) => fields['code'] === 'PUBLISH_EVENT_GIVEN_UP'))
  },
)

t.test('rights that are missing keep the events until they are granted', needsMosquitto, async (t) => {
  const port = await freePort()
  const broker = new Mosquitto(port, ['acl_file FOLDER/acl'])
  writeFileSync(`${broker.folder}/acl`, 'topic readwrite affectd/t1/status\n')
  await broker.start()
  const { publisher, topics, log } = publisherRig(broker.url)
  t.teardown(() => publisher.close())
  publisher.start()
  for (let n = 0; n < 20; n++) await publisher.publish(event(topics, n))
  const refusals = (): boolean => log.some(({ fields }) => fields['code'] === 'PUBLISH_EVENT_REFUSED')
  while (!refusals()) await new Promise((resolve) => setImmediate(resolve))
  t.equal(publisher.counts.outboxDepth, 20, 'none is lost')
  await broker.remove()
  const open = new Mosquitto(port)
  await open.start()
  t.teardown(() => open.remove())
  t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0)
})

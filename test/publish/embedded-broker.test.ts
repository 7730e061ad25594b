import t from 'tap'
import { startEmbeddedBroker } from '../../src/publish/embedded-broker.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { event, publisherRig } from '../support/publisher-rig.js'

t.test('the embedded broker carries events, states and requests over MQTT 3.1.1', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  t.match(broker.url, /^mqtt:\/\/127\.0\.0\.1:\d+$/)
  const tap = await MqttTap.open(broker.url, 'affectd/#', { protocolVersion: 4, reconnectPeriod: 0 })
  t.teardown(() => tap.close())
  const { publisher, topics } = publisherRig(broker.url, { protocol: '3.1.1' })
  t.teardown(() => publisher.close())
  publisher.start()
  for (let n = 0; n < 100; n++) await publisher.publish(event(topics, n))
  t.equal(await publisher.drain(AbortSignal.timeout(10_000)), 0)
  await tap.until((heard) => heard.filter(({ topic }) => topic === topics.emotion).length === 100)
  t.same(
    tap.heard.filter(({ topic }) => topic === topics.emotion).map(({ payload }) => payload),
    Array.from({ length: 100 }, (_, n) => JSON.stringify({ n })),
  )
  t.match(await tap.first(topics.status), { state: 'online' })
  tap.client.publish('affectd/t1/request/ping', '{"transaction":"x"}', { qos: 1 })
  t.match(await tap.first(topics.response('ping')), { transaction: 'x', status: 'ok' })
})

t.test('a broker that does not speak MQTT 5 is named as the cause', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const { publisher, log } = publisherRig(broker.url, { protocol: '5' })
  t.teardown(() => publisher.close())
  publisher.start()
  const warning = (): unknown => log.find(({ level }) => level === 'warn')
  while (warning() === undefined) await new Promise((resolve) => setImmediate(resolve))
  t.match(warning(), { fields: { code: 'PUBLISH_REFUSED' }, text: /version of MQTT/ })
})

t.test('closing the broker ends its connections', async (t) => {
  const broker = await startEmbeddedBroker()
  const tap = await MqttTap.open(broker.url, '#', { protocolVersion: 4, reconnectPeriod: 0 })
  const closed = new Promise((resolve) => tap.client.once('close', () => resolve(true)))
  await broker.close()
  t.ok(await closed)
})

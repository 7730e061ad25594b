import { writeFileSync } from 'node:fs'
import t from 'tap'
import { FaultProxy } from '../support/fault-proxy.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { event, logged, publisherRig } from '../support/publisher-rig.js'
import { skipUnless } from '../support/require-part.js'

const needsMosquitto = skipUnless('mosquitto')
const REQUEST = 'affectd/t1/request/ping'

t.test(
  'a request made while the device was away is answered when it is back, an old one is not',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/#')
    t.teardown(() => tap.close())
    const options = { sessionExpiryS: 60, clientId: 'affectd-t1' }
    const first = publisherRig(broker.url, options)
    first.publisher.start()
    await tap.first('affectd/t1/status')
    await first.publisher.drain(AbortSignal.timeout(5000))
    await first.publisher.close()

    await tap.client.publishAsync(REQUEST, '{"transaction":"while away"}', { qos: 1 })
    await tap.client.publishAsync(REQUEST, '{"transaction":"too late"}', {
      qos: 1,
      properties: { messageExpiryInterval: 1 },
    })
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const second = publisherRig(broker.url, options)
    t.teardown(() => second.publisher.close())
    second.publisher.start()
    t.match(await tap.first('affectd/t1/response/ping'), { transaction: 'while away', status: 'ok' })
    await tap.client.publishAsync(REQUEST, '{"transaction":"now"}', { qos: 1 })
    const answers = (): string[] =>
      tap.heard.filter(({ topic }) => topic === 'affectd/t1/response/ping').map(({ payload }) => payload)
    await tap.until(() => answers().some((answer) => answer.includes('now')))
    t.notOk(
      answers().some((answer) => answer.includes('too late')),
      'the requester’s own expiry holds',
    )
  },
)

t.test('a request whose acknowledgement was lost is not carried out twice', needsMosquitto, async (t) => {
  const broker = new Mosquitto(await freePort())
  await broker.start()
  const proxy = await FaultProxy.open(broker.port)
  const tap = await MqttTap.open(broker.url, REQUEST)
  const device = publisherRig(proxy.url(), { sessionExpiryS: 60, keepaliveS: 5 })
  let carriedOut = 0
  device.publisher.onRequest(() => {
    carriedOut += 1
    return Promise.resolve(null)
  })
  t.teardown(async () => {
    await device.publisher.close()
    await tap.close()
    await proxy.close()
    await broker.remove()
  })
  const { publisher, topics } = device
  publisher.start()
  await publisher.publish(event(topics, 0))
  await publisher.drain(AbortSignal.timeout(5000))
  proxy.mode = 'mute'
  await tap.client.publishAsync(REQUEST, '{"transaction":"once"}', { qos: 1 })
  while (carriedOut === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  proxy.mode = 'reset'
  await logged(device, ({ text }) => text.startsWith('no connection'))
  proxy.mode = 'pass'
  // The next request comes after whatever is sent again.
  await tap.client.publishAsync(REQUEST, '{"transaction":"next"}', { qos: 1 })
  while (carriedOut < 2) await new Promise((resolve) => setTimeout(resolve, 2))
  await publisher.publish(event(topics, 1))
  await publisher.drain(AbortSignal.timeout(5000))
  t.equal(carriedOut, 2, 'the first once and the next once')
  t.equal(publisher.counts.reconnects, 1)
})

t.test(
  'a kept queue comes in small helpings, and what the broker keeps retained comes every time',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort(), ['max_queued_messages 0'])
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/response/#')
    t.teardown(() => tap.close())
    await tap.client.publishAsync('affectd/t1/config/desired', '{"revision":1}', { qos: 1, retain: true })
    const options = { sessionExpiryS: 60, clientId: 'affectd-t1' }
    const configs: string[] = []
    for (const round of [1, 2]) {
      const { publisher } = publisherRig(broker.url, options)
      publisher.subscribe('affectd/t1/config/desired', ({ payload }) => void configs.push(payload.toString()))
      publisher.start()
      while (configs.length < round) await new Promise((resolve) => setTimeout(resolve, 2))
      await publisher.close()
    }
    t.same(configs, ['{"revision":1}', '{"revision":1}'])
    for (let n = 0; n < 40; n++) tap.client.publish(REQUEST, `{"transaction":"${n}"}`, { qos: 1 })
    await tap.client.publishAsync(REQUEST, '{"transaction":"last"}', { qos: 1 })
    const { publisher, log } = publisherRig(broker.url, options)
    t.teardown(() => publisher.close())
    publisher.start()
    await tap.until((heard) => heard.length === 41)
    t.notOk(
      log.some(({ fields }) => fields['code'] === 'PUBLISH_REQUESTS_DROPPED'),
      'none came too fast',
    )
  },
)

t.test(
  'a subscription that an earlier configuration left in the session is given up',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort(), ['sys_interval 1'])
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/#')
    t.teardown(() => tap.close())
    const options = { sessionExpiryS: 60, clientId: 'affectd-t1' }
    const old = publisherRig(broker.url, options)
    const group = 'affectd/_group/old/config/desired'
    let heard = 0
    old.publisher.subscribe(group, () => (heard += 1))
    old.publisher.start()
    await tap.client.publishAsync(group, '1', { qos: 1, retain: true })
    while (heard === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    await old.publisher.close()
    const device = publisherRig(broker.url, options)
    t.teardown(() => device.publisher.close())
    device.publisher.start()
    await tap.client.publishAsync(group, '2', { qos: 1 })
    // mosquitto says how many subscriptions there are: this device's requests, the tap's one and the tap's second.
    const counts = await MqttTap.open(broker.url, '$SYS/broker/subscriptions/count')
    t.teardown(() => counts.close())
    await counts.until((lines) => lines.at(-1)?.payload === '3')
    t.pass('the third is gone')
  },
)

t.test(
  'missing rights: MQTT 5 says so and the event is kept, 3.1.1 is told of nothing',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort(), ['acl_file FOLDER/acl'])
    writeFileSync(
      `${broker.folder}/acl`,
      'topic readwrite affectd/t1/status\ntopic read affectd/t1/emotion\n',
    )
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/emotion')
    t.teardown(() => tap.close())
    const five = publisherRig(broker.url)
    t.teardown(() => five.publisher.close())
    five.publisher.start()
    await five.publisher.publish(event(five.topics, 5))
    const kept = await logged(five, ({ fields }) => fields['code'] === 'PUBLISH_EVENT_REFUSED')
    t.match(kept.fields, { reason_code: 135 })
    t.equal(five.publisher.counts.outboxDepth, 1)
    const old = publisherRig(broker.url, { protocol: '3.1.1' })
    t.teardown(() => old.publisher.close())
    old.publisher.start()
    await old.publisher.publish(event(old.topics, 3))
    t.equal(
      await old.publisher.drain(AbortSignal.timeout(5000)),
      0,
      'acknowledged, and dropped by the broker',
    )
    t.same(tap.heard, [])
  },
)

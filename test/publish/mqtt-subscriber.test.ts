import t, { type Test } from 'tap'
import { connectSubscriber, type Subscriber } from '../../src/publish/mqtt-subscriber.js'
import type { Publication } from '../../src/publish/publisher.js'
import { FakeBroker, settle } from '../support/fake-broker.js'
import { FakeClock } from '../support/fake-clock.js'

const message: Publication = { topic: 'p/a/config/desired', payload: '{}', qos: 1, retain: true }

async function connected(
  t: Test,
): Promise<{ broker: FakeBroker; clock: FakeClock; subscriber: Subscriber; told: string[] }> {
  const broker = new FakeBroker()
  const clock = new FakeClock()
  const told: string[] = []
  const opening = connectSubscriber({
    broker: {
      url: 'mqtt://u:hush@host',
      protocol: '5',
      clientId: 'c',
      keepaliveS: 30,
      connectTimeoutMs: 1000,
    },
    filters: ['p/+/status'],
    clock,
    openLink: broker.open,
    onMessage: () => undefined,
    onLost: ({ text }) => told.push(`lost: ${text}`),
    onBack: () => told.push('back'),
  })
  broker.link.up()
  broker.link.grant()
  const subscriber = await opening
  t.teardown(() => subscriber.close())
  return { broker, clock, subscriber, told }
}

t.test('a message is sent when the broker has acknowledged it, and not before', async (t) => {
  const { broker, subscriber } = await connected(t)
  broker.reply = () => undefined
  let isSent = false
  const sending = subscriber.publish(message).then(() => (isSent = true))
  await settle()
  t.notOk(isSent)
  t.same(
    broker.link.sent.map((sent) => sent.message),
    [message],
  )
  broker.link.sent[0].answer()
  await sending
  t.ok(isSent)
})

t.test('a message that the broker refuses names the topic and the reason', async (t) => {
  const { broker, subscriber } = await connected(t)
  broker.reply = (sent) => sent.answer({ reasonCode: 135, text: 'Not authorized' })
  await t.rejects(subscriber.publish(message), {
    code: 'PUBLISH_REFUSED',
    message: 'mqtt://host:1883: p/a/config/desired: Not authorized',
  })
})

t.test('a loss ends what is unacknowledged; after it nothing is sent until the broker is back', async (t) => {
  const { broker, clock, subscriber, told } = await connected(t)
  broker.reply = () => undefined
  const first = broker.link
  const lost = t.rejects(subscriber.publish(message), {
    code: 'PUBLISH_UNREACHABLE',
    message: /connection lost/,
  })
  first.down()
  await lost
  await t.rejects(subscriber.publish(message), { code: 'PUBLISH_UNREACHABLE', message: /not connected/ })
  first.sent[0].answer()
  // The first attempt comes after half a second to one.
  clock.advance(1000)
  t.not(broker.link, first)
  broker.link.up()
  await t.rejects(subscriber.publish(message), { code: 'PUBLISH_UNREACHABLE' }, 'not subscribed yet')
  broker.link.grant()
  broker.reply = (sent) => sent.answer()
  await subscriber.publish(message)
  t.same(told, ['lost: connection lost', 'back'])
})

t.test('closing ends what is unacknowledged', async (t) => {
  const { broker, subscriber } = await connected(t)
  broker.reply = () => undefined
  const lost = t.rejects(subscriber.publish(message), { code: 'PUBLISH_UNREACHABLE', message: /closed/ })
  await subscriber.close()
  await lost
})

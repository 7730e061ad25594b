import fc from 'fast-check'
import t from 'tap'
import type { IncomingMessage } from '../../src/publish/link.js'
import { FakeBroker, settle } from '../support/fake-broker.js'
import { FakeClock } from '../support/fake-clock.js'
import { hostileCorpus } from '../support/hostile-corpus.js'
import { publisherRig } from '../support/publisher-rig.js'
import { RemoteRig } from '../support/remote-rig.js'

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })
const payloads = fc.oneof(
  bytes(300),
  fc.constantFrom(...hostileCorpus),
  fc.json().map((text) => Buffer.from(text)),
)
const topics = fc.oneof(
  fc.constantFrom(
    'affectd/t1/request/ping',
    'affectd/t1/config/desired',
    'affectd/t1/request/',
    'affectd/t1',
    '',
  ),
  fc
    .constantFrom('__proto__', 'constructor', 'ping/../ping', 'a'.repeat(60_000), '\u0000', '#', '+')
    .map((verb) => `affectd/t1/request/${verb}`),
  fc.string({ unit: 'binary', maxLength: 100 }),
)
const messages: fc.Arbitrary<IncomingMessage> = fc.record({
  topic: topics,
  payload: payloads,
  retain: fc.boolean(),
  duplicate: fc.boolean(),
  responseTopic: fc.option(topics, { nil: undefined }),
  correlationData: fc.option(bytes(64), { nil: undefined }),
})

t.test('whatever a broker sends, nothing breaks and no more than an answer comes of it', async (t) => {
  const { remote, did } = new RemoteRig(t.testdir())
  await fc.assert(
    fc.asyncProperty(fc.array(messages, { maxLength: 60 }), async (sent) => {
      const broker = new FakeBroker()
      const clock = new FakeClock()
      const rig = publisherRig('mqtt://h', {}, { openLink: broker.open, clock })
      rig.publisher.subscribe('affectd/t1/config/desired', ({ payload }) => remote.receive('device', payload))
      rig.publisher.start()
      broker.link.up()
      await settle()
      const before = broker.link.sent.length
      const timers = clock.timers
      for (const message of sent) broker.link.receive(message)
      await settle()
      const answers = broker.link.sent.slice(before)
      const isQuiet =
        broker.links.length === 1 &&
        !broker.link.isDestroyed &&
        clock.timers === timers &&
        rig.publisher.counts.outboxDepth === 0 &&
        broker.link.unsubscribed.length <= 16 &&
        answers.length <= sent.length &&
        answers.every(({ message }) => !message.retain && message.payload.length < 4096)
      await rig.publisher.close()
      return isQuiet
    }),
    { numRuns: 300 },
  )
  t.equal(remote.report.refused?.scope, 'device', 'the device’s configuration was asked for')
  t.same(did, [])
  t.equal(remote.revision, 0)
})

t.test('a listener that throws is reported, and the next message is heard', async (t) => {
  const broker = new FakeBroker()
  const rig = publisherRig('mqtt://h', {}, { openLink: broker.open, clock: new FakeClock() })
  let heard = 0
  rig.publisher.subscribe('a', () => {
    heard += 1
    throw new Error('a bug')
  })
  rig.publisher.start()
  broker.link.up()
  broker.link.receive({ topic: 'a' })
  broker.link.receive({ topic: 'a' })
  t.equal(heard, 2)
  t.match(rig.log.find(({ level }) => level === 'error')?.fields, { code: 'INTERNAL_LISTENER', topic: 'a' })
  await rig.publisher.close()
})

t.test('a repeated message is passed over, an equal one without the flag is not', async (t) => {
  const broker = new FakeBroker()
  const rig = publisherRig('mqtt://h', {}, { openLink: broker.open, clock: new FakeClock() })
  rig.publisher.start()
  broker.link.up()
  await settle()
  const answers = (): number => broker.payloads(rig.topics.response('ping')).length
  const request = { topic: 'affectd/t1/request/ping', payload: Buffer.from('{"transaction":"a"}') }
  broker.link.receive({ ...request, duplicate: true })
  await settle()
  t.equal(answers(), 1, 'one that we never got is heard, flag or not')
  broker.link.receive({ ...request, duplicate: true })
  await settle()
  t.equal(answers(), 1)
  broker.link.receive(request)
  await settle()
  t.equal(answers(), 2)
  await rig.publisher.close()
})

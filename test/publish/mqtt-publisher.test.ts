import t from 'tap'
import type { LinkOptions } from '../../src/publish/link.js'
import { MemoryOutbox } from '../../src/publish/memory-outbox.js'
import type { Message } from '../../src/publish/publisher.js'
import type { MqttPublisherOptions } from '../../src/publish/mqtt-publisher.js'
import { FakeBroker, settle } from '../support/fake-broker.js'
import { FakeClock } from '../support/fake-clock.js'
import { event, publisherRig } from '../support/publisher-rig.js'
import type { PublisherRig } from '../support/publisher-rig.js'

function rig(
  options: Partial<MqttPublisherOptions> = {},
  broker: Partial<LinkOptions> = {},
): PublisherRig & { broker: FakeBroker; clock: FakeClock } {
  const fake = new FakeBroker()
  const clock = new FakeClock()
  const made = publisherRig('mqtt://u:hush@h', broker, {
    openLink: fake.open,
    clock,
    random: () => 1,
    backoff: { baseMs: 1000, capMs: 30_000 },
    ...options,
  })
  made.publisher.start()
  return { ...made, broker: fake, clock }
}

t.test('a connection begins with online, has a will, and listens for requests', async (t) => {
  const { publisher, broker, topics } = rig()
  await publisher.publish({ topic: topics.info, payload: 'i', qos: 1, retain: true, kind: 'state' })
  broker.link.up()
  await settle()
  t.same(
    broker.link.sent.map(({ message }) => message.topic),
    [topics.status, topics.info],
  )
  t.match(broker.payloads(topics.status)[0], /"online"/)
  t.match(broker.link.options.will, {
    topic: topics.status,
    payload: /"offline","reason":"connection_lost"/,
    retain: true,
  })
  t.same(broker.link.filters, ['affectd/t1/request/#'])
})

t.test('events stay in the outbox until they are acknowledged, and go again after a loss', async (t) => {
  const { publisher, broker, topics, clock } = rig()
  for (let n = 0; n < 30; n++) await publisher.publish(event(topics, n))
  broker.reply = (sent) => {
    if (sent.message.retain) sent.answer()
  }
  broker.link.up()
  await settle()
  const sent = broker.link.sent.filter(({ message }) => message.topic === topics.emotion)
  t.equal(sent.length, 16, 'the window')
  for (const { answer } of sent.slice(0, 4)) answer()
  await settle()
  t.equal(publisher.counts.outboxDepth, 26)
  broker.link.down()
  broker.reply = (message) => message.answer()
  clock.advance(1000)
  broker.link.up()
  await settle()
  t.equal(publisher.counts.outboxDepth, 0)
  t.same(
    broker.links[1]?.sent
      .filter(({ message }) => message.topic === topics.emotion)
      .map(({ message }) => message.payload),
    Array.from({ length: 26 }, (_, i) => JSON.stringify({ n: i + 4 })),
    'the unacknowledged ones and the rest, in order',
  )
  t.equal(publisher.counts.reconnects, 1)
})

t.test('attempts back off, and a cause is logged when it changes', async (t) => {
  const { broker, clock, log } = rig()
  const refused = { code: 'PUBLISH_REFUSED', text: 'bad user name or password' } as const
  for (const delayMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    const before = broker.links.length
    broker.link.down(refused)
    clock.advance(delayMs - 1)
    t.equal(broker.links.length, before, `waits ${delayMs} ms`)
    clock.advance(1)
    t.equal(broker.links.length, before + 1)
  }
  broker.link.down({ code: 'PUBLISH_UNREACHABLE', text: 'no answer' })
  const warnings = log.filter(({ level }) => level === 'warn')
  t.same(
    warnings.map(({ fields }) => fields['code']),
    ['PUBLISH_REFUSED', 'PUBLISH_UNREACHABLE'],
  )
  t.notMatch(JSON.stringify(log), /hush/)
})

t.test('with several addresses, each attempt after a failure goes to the next one', async (t) => {
  const { broker, clock, log } = rig({ fallbackUrls: ['mqtt://u:hush@h2', 'mqtt://h3'] })
  broker.link.down()
  clock.advance(1000)
  broker.link.up()
  await settle()
  broker.link.down()
  clock.advance(2000)
  broker.link.down()
  clock.advance(4000)
  t.same(
    broker.links.map(({ options }) => options.url),
    ['mqtt://u:hush@h', 'mqtt://u:hush@h2', 'mqtt://h3', 'mqtt://u:hush@h'],
  )
  t.match(
    log.find(({ text }) => text === 'connected to the broker'),
    { fields: { broker: 'mqtt://h2:1883' } },
    'the log names the address in use',
  )
  t.notMatch(JSON.stringify(log), /hush/)
})

t.test('a client that hangs is given up and a new one made', async (t) => {
  const { broker, clock } = rig()
  const first = broker.link
  clock.advance(8000)
  t.ok(first.isDestroyed)
  t.equal(broker.links.length, 2)
  first.up()
  await settle()
  t.equal(first.sent.length, 0, 'what it says later is not heard')
})

t.test('a broker that acknowledges nothing is given up', async (t) => {
  const { publisher, broker, topics, clock } = rig()
  broker.reply = () => undefined
  await publisher.publish(event(topics, 0))
  broker.link.up()
  await settle()
  clock.advance(60_000)
  t.ok(broker.links[0]?.isDestroyed)
  t.equal(publisher.counts.outboxDepth, 1)
})

t.test('refused events are kept, retried ever more slowly, and logged once', async (t) => {
  const { publisher, broker, topics, clock, log } = rig()
  broker.reply = (sent) =>
    sent.message.topic === topics.emotion
      ? sent.answer({ reasonCode: 151, text: 'Publish error: Quota exceeded' })
      : sent.answer()
  for (let n = 0; n < 3; n++) await publisher.publish(event(topics, n))
  broker.link.up()
  await settle()
  const tries = (): number => broker.payloads(topics.emotion).length
  t.equal(tries(), 3)
  const delays = [1000, 2000, 4000, 8000]
  for (const delayMs of delays) {
    const before = tries()
    clock.advance(delayMs - 1)
    await settle()
    t.equal(tries(), before)
    clock.advance(1)
    await settle()
    t.equal(tries(), before + 1, `one more after ${delayMs} ms`)
  }
  t.equal(log.filter(({ fields }) => fields['code'] === 'PUBLISH_EVENT_REFUSED').length, 1)
  broker.reply = (sent) => sent.answer()
  clock.advance(30_000)
  await settle()
  t.equal(publisher.counts.outboxDepth, 0)
  t.equal(publisher.counts.outboxDropped, 0)
})

t.test('an event that the broker can never take does not hold up the rest', async (t) => {
  const { publisher, broker, topics } = rig()
  broker.reply = (sent) =>
    sent.answer(sent.message.payload === '{"n":0}' ? { reasonCode: 153, text: 'bad' } : undefined)
  for (let n = 0; n < 3; n++) await publisher.publish(event(topics, n))
  broker.link.up()
  await settle()
  t.equal(await publisher.drain(AbortSignal.timeout(1000)), 0)
  t.equal(publisher.counts.outboxDropped, 1)
})

t.test('no more is in flight than the broker allows', async (t) => {
  const { publisher, broker, topics } = rig()
  broker.reply = () => undefined
  await publisher.publish({ topic: topics.info, payload: 'i', qos: 1, retain: true, kind: 'state' })
  for (let n = 0; n < 5; n++) await publisher.publish(event(topics, n))
  broker.link.up({ receiveMaximum: 2 })
  await settle()
  t.equal(broker.link.sent.length, 2)
  broker.link.sent[0]?.answer()
  await settle()
  t.equal(broker.link.sent.length, 3)
})

t.test('a source that can wait is held back by a full outbox', async (t) => {
  const outbox = new MemoryOutbox(2)
  const { publisher, broker, topics } = rig({ outbox })
  let accepted = 0
  const all = Promise.all([0, 1, 2, 3].map((n) => publisher.publish(event(topics, n)).then(() => accepted++)))
  await settle()
  t.equal(accepted, 2)
  broker.link.up()
  await all
  t.equal(await publisher.drain(AbortSignal.timeout(1000)), 0)
  t.same(broker.payloads(topics.emotion), ['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}'])
  t.equal(publisher.counts.outboxDropped, 0)
})

t.test('a live source is not held back: the oldest events are dropped and counted', async (t) => {
  const { publisher, broker, topics } = rig({ outbox: new MemoryOutbox(2), whenFull: 'drop_oldest' })
  for (let n = 0; n < 5; n++) await publisher.publish(event(topics, n))
  t.equal(publisher.counts.outboxDropped, 3)
  broker.link.up()
  await settle()
  t.same(broker.payloads(topics.emotion), ['{"n":3}', '{"n":4}'])
})

t.test('drain says how much is left when its time is over', async (t) => {
  const { publisher, topics } = rig()
  await publisher.publish(event(topics, 0))
  await publisher.publish({ topic: topics.info, payload: 'i', qos: 1, retain: true, kind: 'state' })
  t.equal(await publisher.drain(AbortSignal.abort()), 2)
  const controller = new AbortController()
  const left = publisher.drain(controller.signal)
  controller.abort()
  t.equal(await left, 2)
})

t.test('drain waits for an event that the outbox is still taking', async (t) => {
  const outbox = new MemoryOutbox()
  let taken = (): void => undefined
  const disk = new Promise<void>((resolve) => (taken = resolve))
  const append = outbox.append.bind(outbox)
  outbox.append = async (message) => {
    await disk
    await append(message)
  }
  const { publisher, broker, topics } = rig({ outbox })
  broker.link.up()
  await settle()
  const accepted = publisher.publish(event(topics, 0))
  t.equal(await publisher.drain(AbortSignal.abort()), 1)
  let isDrained = false
  const drained = publisher.drain(new AbortController().signal).then((left) => {
    isDrained = true
    return left
  })
  await settle()
  t.notOk(isDrained)
  taken()
  await accepted
  t.equal(await drained, 0)
  t.same(broker.payloads(topics.emotion), ['{"n":0}'])
})

t.test('a drain ends although the outbox could not take an event', async (t) => {
  const outbox = new MemoryOutbox()
  outbox.append = () => Promise.reject(new Error('disk full'))
  const { publisher, broker, topics } = rig({ outbox })
  broker.link.up()
  await settle()
  const accepted = publisher.publish(event(topics, 0))
  const drained = publisher.drain(new AbortController().signal)
  await t.rejects(accepted, { message: 'disk full' })
  t.equal(await drained, 0)
})

t.test('closing says offline, disconnects, and refuses what comes later', async (t) => {
  const { publisher, broker, topics, clock } = rig()
  broker.link.up()
  await settle()
  await publisher.close()
  t.match(broker.payloads(topics.status).at(-1), /"offline","reason":"shutdown"/)
  t.ok(broker.link.isEnded)
  t.equal(clock.timers, 0, 'no timer is left to keep the process alive')
  await t.rejects(publisher.publish(event(topics, 0)), { code: 'PUBLISH_CLOSED' })
})

t.test('closing does not wait for ever for a broker that is silent, nor for one that is gone', async (t) => {
  for (const how of ['silent', 'gone'] as const) {
    const { publisher, broker, clock } = rig()
    broker.reply = () => undefined
    broker.link.up()
    await settle()
    const closed = publisher.close()
    if (how === 'silent') clock.advance(2000)
    else broker.link.down()
    await closed
    t.ok(broker.link.isDestroyed)
    t.equal(clock.timers, 0)
  }
  const { publisher, clock } = rig()
  await publisher.close()
  t.equal(clock.timers, 0, 'closed while connecting')
})

t.test('a publisher that waits for space is let go by closing', async (t) => {
  const { publisher, topics } = rig({ outbox: new MemoryOutbox(1) })
  await publisher.publish(event(topics, 0))
  const waiting = publisher.publish(event(topics, 1))
  await publisher.close()
  await t.rejects(waiting, { code: 'PUBLISH_CLOSED' })
})

t.test(
  'a request is answered with its correlation data; a flood and a giant are dropped and counted',
  async (t) => {
    const { broker, topics, clock, log } = rig()
    const dropped = (): unknown[] =>
      log
        .filter(({ fields }) => fields['code'] === 'PUBLISH_REQUESTS_DROPPED')
        .map(({ fields }) => fields['count'])
    broker.link.up()
    await settle()
    const topic = 'affectd/t1/request/ping'
    broker.link.receive({ topic, correlationData: Buffer.from('k') })
    await settle()
    const answer = broker.link.sent.find(({ message }) => message.topic === topics.response('ping'))
    t.equal(Buffer.from(answer?.correlationData ?? []).toString(), 'k')
    broker.link.receive({ topic, retain: true })
    broker.link.receive({ topic: 'elsewhere' })
    await settle()
    t.equal(broker.payloads(topics.response('ping')).length, 1, 'a retained request is not carried out')

    broker.link.receive({ topic, payload: new Uint8Array(64 * 1024 + 1) })
    t.same(dropped(), [1])
    clock.advance(59_999)
    broker.reply = () => undefined
    for (let n = 0; n < 1000; n++) broker.link.receive({ topic })
    await settle()
    t.same(dropped(), [1], 'a line a minute')
    t.equal(broker.payloads(topics.response('ping')).length, 1 + 32, 'and no more in flight than is allowed')
    clock.advance(1)
    broker.link.receive({ topic })
    t.same(dropped(), [1, 1 + 1001 - 64])
  },
)

t.test('a state that is refused is tried again later and does not stop a drain', async (t) => {
  const { publisher, broker, topics, clock } = rig()
  broker.reply = (sent) => sent.answer({ reasonCode: 135, text: 'Publish error: Not authorized' })
  broker.link.up()
  await settle()
  t.equal(await publisher.drain(AbortSignal.timeout(1000)), 0)
  broker.reply = (sent) => sent.answer()
  clock.advance(30_000)
  await settle()
  t.equal(broker.payloads(topics.status).length, 2)
})

t.test('a broken broker URL is refused when the publisher is made', (t) => {
  t.throws(() => publisherRig('http://h'), { code: 'CONFIG_BROKER_URL' })
  t.end()
})

t.test('closing while something is being sent leaves no timer behind', async (t) => {
  const { publisher, broker, topics, clock } = rig()
  broker.reply = ({ message, answer }) => {
    if (message.topic === topics.status) answer()
  }
  broker.link.up()
  await settle()
  await publisher.publish(event(topics, 0))
  // The outbox answers only after this.
  await publisher.close()
  await settle()
  t.equal(clock.timers, 0)
})

t.test('who is refused says so, and when it is over', async (t) => {
  const told: boolean[] = []
  const { publisher, broker, topics, clock } = rig({ onRefusing: (isRefusing) => told.push(isRefusing) })
  broker.link.up()
  broker.reply = ({ message, answer }) =>
    message.topic === topics.emotion ? answer({ reasonCode: 135, text: 'not authorised' }) : answer()
  await publisher.publish(event(topics, 0))
  await settle()
  clock.advance(1000)
  await settle()
  t.same(told, [true])
  broker.reply = (sent) => sent.answer()
  clock.advance(60_000)
  await settle()
  t.same(told, [true, false])
  t.equal(publisher.counts.outboxDepth, 0)
})

t.test('what was handed over before the end is kept, however slow the outbox is', async (t) => {
  const outbox = new MemoryOutbox()
  const append = outbox.append.bind(outbox)
  outbox.append = async (message) => {
    await settle()
    return append(message)
  }
  const { publisher, topics } = rig({ outbox })
  const both = [publisher.publish(event(topics, 0)), publisher.publish(event(topics, 1))]
  await publisher.close()
  await Promise.all(both)
  t.equal(outbox.depth, 2)
})

t.test('what there is no room for at the end goes to who publishes next', async (t) => {
  const leftovers: Message[] = []
  const outbox = new MemoryOutbox(1)
  const first = rig({ outbox, leftovers })
  await first.publisher.publish(event(first.topics, 0))
  const waiting = first.publisher.publish(event(first.topics, 1))
  await first.publisher.close()
  await waiting
  t.equal(leftovers.length, 1)
  const next = rig({ outbox, leftovers })
  next.publisher.start()
  next.broker.link.up()
  await settle()
  await settle()
  t.same(next.broker.payloads(next.topics.emotion), ['{"n":0}', '{"n":1}'])
  t.same(leftovers, [])
})

t.test('a state or response above what the broker takes does not cost the connection', async (t) => {
  const { publisher, broker, topics, log } = rig()
  broker.link.up({ maximumPacketBytes: 300 })
  await settle()
  const big: Message = { topic: topics.info, payload: 'x'.repeat(400), qos: 1, retain: true, kind: 'state' }
  await publisher.publish(big)
  await publisher.publish(big)
  await settle()
  t.same(broker.payloads(topics.info), [])
  const warnings = log.filter(({ fields }) => fields['code'] === 'PUBLISH_TOO_LARGE')
  t.equal(warnings.filter(({ level }) => level === 'warn').length, 1, 'said once')
  publisher.onRequest(() =>
    Promise.resolve({
      topic: topics.response('big'),
      payload: JSON.stringify({ transaction: 'x', status: 'ok', data: 'x'.repeat(400) }),
      qos: 1,
      retain: false,
    }),
  )
  broker.link.receive({ topic: 'affectd/t1/request/big' })
  await settle()
  t.match(broker.payloads(topics.response('big')), [
    '{"transaction":"x","status":"error","error":{"code":"PUBLISH_TOO_LARGE"',
  ])
  t.equal(await publisher.drain(AbortSignal.timeout(1000)), 0)
})

t.test('nothing is taken in any more once the end has begun', async (t) => {
  const { publisher, broker, topics } = rig()
  let heard = 0
  publisher.subscribe(topics.configDesired, () => heard++)
  broker.link.up()
  broker.reply = () => undefined
  const closing = publisher.close()
  broker.link.receive({ topic: topics.configDesired })
  broker.link.receive({ topic: 'affectd/t1/request/ping' })
  await settle()
  t.equal(heard, 0)
  t.same(broker.payloads(topics.response('ping')), [])
  broker.link.down()
  await closing
})

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import mqtt from 'mqtt'
import t from 'tap'
import type { MqttProtocol } from '../../src/publish/link.js'
import { startEmbeddedBroker } from '../../src/publish/embedded-broker.js'
import { FaultProxy } from '../support/fault-proxy.js'
import { CONNACK, publishPacket, ScriptedPeer } from '../support/scripted-peer.js'
import { event, firstWarning, logged, publisherRig } from '../support/publisher-rig.js'

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** Chunks of a stream that wait for the client, its parser and the socket. */
const MOST_HELD_BYTES = 256 * 1024

const IMPATIENT = { keepaliveS: 1, connectTimeoutMs: 300, protocol: '3.1.1' } as const

t.test(
  'bare mqtt.js latches when it ends on a stalled connection, and reconnecting does nothing',
  async (t) => {
    const broker = await startEmbeddedBroker()
    const proxy = await FaultProxy.open(portOf(broker.url))
    t.teardown(() => proxy.close().then(() => broker.close()))
    const client = mqtt.connect(proxy.url(), { keepalive: 1, reconnectPeriod: 20 })
    await new Promise<void>((resolve) => client.once('connect', () => resolve()))
    proxy.mode = 'drop'
    client.publish('a', 'b', { qos: 1 })
    // What mqtt.js itself does when its reconnect timer finds it connected: it waits for the message, for ever.
    let hasEnded = false
    client.end(() => (hasEnded = true))
    await new Promise<void>((resolve) => client.once('close', () => resolve()))
    proxy.mode = 'pass'
    client.reconnect()
    const before = proxy.accepted
    await new Promise((resolve) => setTimeout(resolve, 200))
    t.equal(client.disconnecting, true, 'disconnecting stays true')
    t.equal(hasEnded, false)
    t.equal(proxy.accepted, before, 'it never connects again')
    client.stream.destroy()
  },
)

t.test(
  'whatever becomes of the way to the broker, the next connection delivers everything in order',
  async (t) => {
    for (const mode of ['stall', 'drop', 'deaf', 'mute', 'half_open', 'reset', 'garbage'] as const) {
      await t.test(mode, async (t) => {
        const broker = await startEmbeddedBroker()
        const proxy = await FaultProxy.open(portOf(broker.url))
        const heard: string[] = []
        const tap = mqtt.connect(broker.url)
        await tap.subscribeAsync('affectd/t1/emotion', { qos: 1 })
        tap.on('message', (_topic, payload) => void heard.push(payload.toString()))
        const device = publisherRig(proxy.url(), IMPATIENT)
        t.teardown(async () => {
          await device.publisher.close()
          await tap.endAsync(true)
          await proxy.close()
          await broker.close()
        })
        device.publisher.start()
        await device.publisher.publish(event(device.topics, 0))
        await device.publisher.drain(AbortSignal.timeout(5000))
        proxy.mode = mode
        for (let n = 1; n < 30; n++) await device.publisher.publish(event(device.topics, n))
        t.match((await firstWarning(device)).code, /^PUBLISH_(UNREACHABLE|REFUSED)$/)
        proxy.mode = 'pass'
        t.equal(await device.publisher.drain(AbortSignal.timeout(20_000)), 0)
        while (!heard.includes('{"n":29}')) await new Promise((resolve) => setTimeout(resolve, 2))
        t.same(
          [...new Set(heard)],
          Array.from({ length: 30 }, (_, n) => `{"n":${n}}`),
        )
      })
    }
  },
)

t.test('a slow way is slow and nothing else', async (t) => {
  const broker = await startEmbeddedBroker()
  const proxy = await FaultProxy.open(portOf(broker.url))
  const device = publisherRig(proxy.url(), { ...IMPATIENT, connectTimeoutMs: 5000 })
  t.teardown(async () => {
    await device.publisher.close()
    await proxy.close()
    await broker.close()
  })
  proxy.mode = 'slow'
  device.publisher.start()
  for (let n = 0; n < 5; n++) await device.publisher.publish(event(device.topics, n))
  t.equal(await device.publisher.drain(AbortSignal.timeout(20_000)), 0)
  t.equal(device.publisher.counts.reconnects, 0)
})

/** What a peer does, and what is said of it. */
const PEERS: readonly [string, MqttProtocol, (socket: Socket) => void, RegExp][] = [
  ['says nothing', '5', () => undefined, /no answer/],
  [
    'is a web server',
    '5',
    (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    /no proper MQTT/,
  ],
  ['hangs up', '5', (socket) => void socket.destroySoon(), /closed before it was accepted/],
  ['accepts, then stalls', '5', (socket) => void socket.write(Buffer.from(CONNACK['5'])), /fell silent/],
  [
    'accepts twice',
    '5',
    (socket) => void socket.write(Buffer.from([...CONNACK['5'], ...CONNACK['5']])),
    /does not keep to MQTT/,
  ],
  [
    'refuses for a bad password in its own words',
    '5',
    (socket) => void socket.write(Buffer.from([0x20, 12, 0, 134, 9, 0x1f, 0, 6, ...Buffer.from('hush!\n')])),
    /bad user name or password/,
  ],
  [
    'sends us elsewhere',
    '5',
    (socket) => void socket.write(Buffer.from([0x20, 3, 0, 157, 0])),
    /has moved.*set mqtt\.url/,
  ],
  [
    'announces a packet of 200 MB',
    '3.1.1',
    (socket) => {
      socket.write(Buffer.from([...CONNACK['3.1.1'], 0x30, 0xff, 0xff, 0xff, 0x5f, 0, 1, 97]))
      const feed = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) continue
      }
      socket.on('drain', feed)
      feed()
    },
    /more than 256 KiB/,
  ],
  [
    'sends at QoS 2',
    '3.1.1',
    (socket) => void socket.write(Buffer.from([...CONNACK['3.1.1'], 0x34, 7, 0, 1, 97, 0, 1, 120, 121])),
    /QoS 2/,
  ],
]

for (const [what, protocol, behave, expected] of PEERS) {
  t.test(`a peer that ${what} is left, said once and tried again`, async (t) => {
    const peer = await ScriptedPeer.open((socket) => {
      socket.once('data', () => behave(socket))
    })
    const device = publisherRig(peer.url.replace('//', '//bus:hush@'), { ...IMPATIENT, protocol })
    t.teardown(() => device.publisher.close().then(() => peer.close()))
    device.publisher.start()
    await device.publisher.publish(event(device.topics, 0))
    t.match((await firstWarning(device)).text, expected)
    while (peer.connections < 3) await new Promise((resolve) => setTimeout(resolve, 2))
    const warnings = device.log.filter(({ level }) => level === 'warn')
    t.equal(warnings.length, 1, JSON.stringify(warnings))
    t.equal(device.publisher.counts.outboxDepth, 1)
    t.notMatch(JSON.stringify(device.log), /hush/)
  })
}

t.test('a peer that floods leaves time for everything else, and takes no memory', async (t) => {
  const desired = 'affectd/t1/config/desired'
  const pair = Buffer.concat(
    ['affectd/t1/request/ping', desired].map((topic) => publishPacket(topic, Buffer.from('{}'))),
  )
  const flood = Buffer.concat(Array<Buffer>(250).fill(pair))
  const peer = await ScriptedPeer.open((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.from(CONNACK['3.1.1']))
      const feed = (): void => {
        while (!socket.destroyed && socket.write(flood)) continue
      }
      socket.on('drain', feed)
      feed()
    })
    socket.resume()
  })
  const sockets: Socket[] = []
  const opened = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket)
  subscribe('net.client.socket', opened)
  const device = publisherRig(peer.url, { ...IMPATIENT, keepaliveS: 30 })
  t.teardown(() => {
    unsubscribe('net.client.socket', opened)
    return device.publisher.close().then(() => peer.close())
  })
  let handled = 0
  device.publisher.subscribe(desired, () => (handled += 1))
  device.publisher.start()
  await logged(device, ({ fields }) => fields['code'] === 'PUBLISH_REQUESTS_DROPPED')
  let [mostInATurn, mostHeldBytes] = [0, 0]
  const from = handled
  while (handled < from + 2000) {
    const before = handled
    await new Promise((resolve) => setImmediate(resolve))
    mostInATurn = Math.max(mostInATurn, handled - before)
    mostHeldBytes = Math.max(mostHeldBytes, sockets[0]!.bytesRead - handled * pair.length)
  }
  t.equal(sockets.length, 1, 'over one connection')
  t.ok(mostInATurn <= 1, `${mostInATurn} messages were taken in one turn of the event loop`)
  t.ok(mostHeldBytes < MOST_HELD_BYTES, `${mostHeldBytes} bytes were read and waited`)
})

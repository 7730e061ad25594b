import { randomUUID } from 'node:crypto'
import type { IClientOptions } from 'mqtt'
import t from 'tap'
import { DeliveryLedger } from '../support/delivery-ledger.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { NatsCluster } from '../support/nats-cluster.js'
import { skipUnless } from '../support/require-part.js'
import { SimulatedDevice } from '../support/simulated-device.js'

t.setTimeout(240_000)

const needsNats = skipUnless('nats-server')
const DEVICES = 6
const EVENTS_BEFORE = 60
const EVENTS_AFTER = 240
const EVENT_EVERY_MS = 25
/** Longer than a message awaits its acknowledgement before NATS sends it again. */
const STALLED_MS = 15_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A client of MQTT 3.1.1, which is all that NATS speaks, that goes to the other nodes when its own is gone. */
function subscriber(
  cluster: NatsCluster,
  first: number,
  options: IClientOptions = {},
): IClientOptions & { readonly stalledMs: number } {
  const servers = [0, 1, 2].map((n) => {
    const { hostname, port } = new URL(cluster.urls[(first + n) % 3] as string)
    return { host: hostname, port: Number(port), protocol: 'mqtt' as const }
  })
  return {
    ...{ protocolVersion: 4, clientId: `tap-${randomUUID()}`, reconnectPeriod: 200, servers },
    ...{ stalledMs: STALLED_MS, ...options },
  }
}

/** A device whose own node is `first`; the others are its fallbacks. */
function deviceAt(cluster: NatsCluster, deviceId: string, first: number): SimulatedDevice {
  const [url, ...fallbackUrls] = [0, 1, 2].map((n) => cluster.urls[(first + n) % 3] as string)
  return new SimulatedDevice(deviceId, { url: url as string, fallbackUrls, protocol: '3.1.1' })
}

/** Seen on a machine that was busy with elections: NATS delivers to a kept session only once it has connected again. */
async function stirring(tap: MqttTap, wait: Promise<void>): Promise<void> {
  const timer = setInterval(() => tap.client.stream.destroy(), STALLED_MS)
  try {
    await wait
  } finally {
    clearInterval(timer)
  }
}

t.test('a node that is killed under publishing devices costs no event', needsNats, async (t) => {
  const cluster = new NatsCluster()
  t.teardown(() => cluster.remove())
  await cluster.start()
  const session = subscriber(cluster, 1, { clientId: 'ledger', clean: false })
  const tap = await MqttTap.open(cluster.urls[1] as string, 'affectd/+/emotion', session)
  t.teardown(() => tap.close())
  const ledger = new DeliveryLedger()
  const arrived: number[] = []
  tap.client.on('message', (_topic, payload) => {
    const isNew = ledger.book(JSON.parse(payload.toString()) as { boot_id: string; seq: number })
    if (isNew) arrived.push(performance.now())
  })
  const devices = Array.from({ length: DEVICES }, (_, n) => deviceAt(cluster, `bus-${n}`, n))
  for (const device of devices) {
    device.start()
    t.teardown(() => device.publisher.close())
  }
  const speak = async (events: number): Promise<void> => {
    for (let n = 0; n < events; n++) {
      await Promise.all(devices.map((device) => device.speak()))
      await pause(EVENT_EVERY_MS)
    }
  }
  await speak(EVENTS_BEFORE)
  await tap.until(() => arrived.length > 0)
  const going = speak(EVENTS_AFTER)
  await pause(10 * EVENT_EVERY_MS)
  await cluster.kill(0)
  const killedAt = performance.now()
  await going
  for (const { publisher } of devices) t.equal(await publisher.drain(AbortSignal.timeout(60_000)), 0)
  const total = DEVICES * (EVENTS_BEFORE + EVENTS_AFTER)
  await stirring(
    tap,
    tap.until(() => arrived.length === total),
  )

  const account = ledger.account(new Map(devices.map(({ bootId, events }) => [bootId, events])))
  t.match(account, { distinct: total, lost: 0, outOfOrder: 0 })
  for (const { deviceId, publisher } of devices) {
    t.equal(publisher.counts.outboxDropped, 0, deviceId)
    t.ok(publisher.counts.connected, `${deviceId} has found a node that lives`)
  }
  t.ok(
    devices.slice(0, 1).every(({ publisher }) => publisher.counts.reconnects > 0),
    'the kill hit devices',
  )
  const silences = arrived.map((at, i) => at - Math.max(killedAt, arrived[i - 1] ?? killedAt))
  t.comment(
    `${total} events, ${account.repeated} repeated, longest silence ${Math.max(...silences).toFixed(0)} ms`,
  )
})

t.test(
  'states, sessions and requests belong to the whole cluster, wills to one node',
  needsNats,
  async (t) => {
    const cluster = new NatsCluster()
    t.teardown(() => cluster.remove())
    await cluster.start()
    const [first, second, third] = cluster.urls as [string, string, string]
    const device = new SimulatedDevice('bus-1', { url: first, protocol: '3.1.1' })
    t.teardown(() => device.publisher.close())
    device.start()
    t.equal(await device.publisher.drain(AbortSignal.timeout(30_000)), 0)
    const { topics } = device

    const operator = await MqttTap.open(second, `${topics.base}/#`, subscriber(cluster, 1))
    t.teardown(() => operator.close())
    t.match(
      await operator.first(topics.status),
      { state: 'online' },
      'a retained state is seen at another node',
    )
    // A cluster that has just come up may refuse the device's subscription, which then asks again.
    const asking = setInterval(() => {
      operator.client.publish(`${topics.base}/request/ping`, '{"transaction":"t"}', { qos: 1 })
    }, 500)
    t.teardown(() => clearInterval(asking))
    t.match(await operator.first(topics.response('ping')), { transaction: 't', status: 'ok' })
    clearInterval(asking)

    const session = { clientId: 'session', clean: false }
    const before = await MqttTap.open(second, topics.emotion, subscriber(cluster, 1, session))
    await before.close()
    for (let n = 0; n < 10; n++) await device.speak()
    t.equal(await device.publisher.drain(AbortSignal.timeout(30_000)), 0)
    const after = await MqttTap.open(third, topics.emotion, subscriber(cluster, 2, session))
    t.teardown(() => after.close())
    await stirring(
      after,
      after.until(({ length }) => length >= 10),
    )
    t.pass('what came while it was away awaits a session at whichever node it returns to')

    const mortal = await MqttTap.open(first, 'nothing', {
      ...subscriber(cluster, 0),
      reconnectPeriod: 0,
      will: { topic: `${topics.base}/cut`, payload: Buffer.from('{}'), qos: 1, retain: true },
    })
    mortal.client.stream.destroy()
    await operator.first(`${topics.base}/cut`)
    t.pass('the will of a client whose connection breaks is heard at another node')

    const late = await MqttTap.open(third, 'nothing', subscriber(cluster, 2))
    t.teardown(() => late.close())
    await cluster.kill(0)
    // Until the two that are left have elected leaders they grant no subscription, or grant it and find nothing retained.
    const isHeard = (): boolean => late.heard.some(({ topic }) => topic === topics.status)
    while (!isHeard()) {
      const asked = late.client.subscribeAsync(topics.status, { qos: 1 }).catch(() => undefined)
      await Promise.race([asked, pause(STALLED_MS)])
      await pause(200)
    }
    t.match(await late.first(topics.status), { state: 'online' }, 'a will is lost with the node that held it')
  },
)

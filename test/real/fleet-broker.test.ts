import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { DeliveryLedger } from '../support/delivery-ledger.js'
import { Mosquitto, freePort } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { findProgram, skipUnless } from '../support/require-part.js'
import { SimulatedDevice } from '../support/simulated-device.js'
import { FaultProxy } from '../support/fault-proxy.js'

const needsMosquitto = skipUnless('mosquitto')
const NOT_AUTHORISED = 135

const shipped = (name: string): string =>
  readFileSync(new URL(`../../config/fleet/${name}`, import.meta.url), 'utf8')

/** A mosquitto with the ACL that ships; the password of each user is its name. */
async function fleetBroker(): Promise<Mosquitto> {
  const broker = new Mosquitto(await freePort(), [
    'password_file FOLDER/passwords',
    'acl_file FOLDER/acl',
    'max_queued_messages 0',
  ])
  const tool = findProgram('mosquitto_passwd')
  if (tool === undefined) throw new Error('mosquitto_passwd is missing; it comes with mosquitto')
  writeFileSync(`${broker.folder}/acl`, shipped('mosquitto.acl'))
  writeFileSync(`${broker.folder}/passwords`, '')
  for (const user of ['bus-12', 'bus-13', 'operator', 'dashboard']) {
    spawnSync(tool, ['-b', `${broker.folder}/passwords`, user, user])
  }
  await broker.start()
  return broker
}

const as = (user: string, { url }: Mosquitto): string => url.replace('//', `//${user}:${user}@`)

/** @returns the topics of these that the client may not write */
async function refused(tap: MqttTap, topics: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(
    topics.map((topic) =>
      tap.client.publishAsync(topic, '{}', { qos: 1 }).then(
        () => undefined,
        (error: { code?: unknown }) => (error.code === NOT_AUTHORISED ? topic : String(error)),
      ),
    ),
  )
  return answers.filter((answer) => answer !== undefined)
}

t.test('the shipped ACL lets a device do all that it does', needsMosquitto, async (t) => {
  const broker = await fleetBroker()
  t.teardown(() => broker.remove())
  const operator = await MqttTap.open(as('operator', broker), 'affectd/#')
  t.teardown(() => operator.close())
  const device = new SimulatedDevice('bus-12', { url: as('bus-12', broker) })
  const { publisher, topics } = device
  t.teardown(() => publisher.close())
  const desired = new Promise<string>((resolve) => {
    publisher.subscribe(`${topics.base}/config/desired`, ({ payload }) =>
      resolve(Buffer.from(payload).toString()),
    )
  })
  const groupDesired = new Promise<string>((resolve) => {
    publisher.subscribe('affectd/_group/buses/config/desired', ({ payload }) =>
      resolve(Buffer.from(payload).toString()),
    )
  })
  device.start()
  await device.speak()
  t.equal(await publisher.drain(AbortSignal.timeout(10_000)), 0, 'events and states are taken')
  for (const topic of [topics.status, topics.info, topics.state, topics.health, topics.emotion]) {
    await operator.first(topic)
  }
  await operator.client.publishAsync(`${topics.base}/config/desired`, 'own', { qos: 1, retain: true })
  await operator.client.publishAsync('affectd/_group/buses/config/desired', 'all', { qos: 1, retain: true })
  t.equal(await desired, 'own')
  t.equal(await groupDesired, 'all')
  await operator.client.publishAsync(`${topics.base}/request/ping`, '{"transaction":"t"}', { qos: 1 })
  t.match(await operator.first(topics.response('ping')), { status: 'ok' })
})

t.test('the shipped ACL keeps everybody to what is theirs', needsMosquitto, async (t) => {
  const broker = await fleetBroker()
  t.teardown(() => broker.remove())
  const open = async (user: string, filter: string): Promise<MqttTap> => {
    const tap = await MqttTap.open(as(user, broker), filter)
    t.teardown(() => tap.close())
    return tap
  }
  // Apart from those that hear: mosquitto 2.0.11 delivers nothing for a while to a client whose publications it refuses.
  const bus12 = await open('bus-12', 'nothing')
  const dashboard = await open('dashboard', 'nothing')
  const operator = await open('operator', 'nothing')
  const bus13Hears = await open('bus-13', '#')
  const dashboardHears = await open('dashboard', '#')
  const others = [
    'affectd/bus-13/emotion',
    'affectd/bus-13/status',
    'affectd/bus-13/request/ping',
    'affectd/bus-13/response/ping',
    'affectd/bus-12/request/ping',
    'affectd/bus-12/config/desired',
    'affectd/_group/buses/config/desired',
    'homeassistant/device/bus-13/config',
    'homeassistant/status',
    'elsewhere',
  ]
  t.same(await refused(bus12, others), others, 'a device writes nothing but its own')
  const own = ['emotion', 'alert/anger', 'config/reported', 'response/config/get'].map(
    (n) => `affectd/bus-12/${n}`,
  )
  t.same(await refused(bus12, own), [])
  t.same(await refused(dashboard, [...own, ...others]), [...own, ...others], 'a dashboard writes nothing')
  const orders = [
    'affectd/bus-12/request/ping',
    'affectd/bus-12/config/desired',
    'affectd/_group/b/config/desired',
  ]
  t.same(await refused(operator, orders), [], 'an operator asks and configures')
  t.same(await refused(operator, own), own, 'and speaks for no device')

  // The last that each may hear, so that what came before has come or never will.
  await operator.client.publishAsync('affectd/bus-13/request/end', '{}', { qos: 1 })
  await bus13Hears.first('affectd/bus-13/request/end')
  await dashboardHears.first('affectd/bus-13/request/end')
  const heard = (tap: MqttTap): string[] => [...new Set(tap.heard.map(({ topic }) => topic))].sort()
  t.same(
    heard(bus13Hears),
    ['affectd/_group/b/config/desired', 'affectd/bus-13/request/end'],
    'a device hears no other',
  )
  t.same(heard(dashboardHears), [...own, ...orders, 'affectd/bus-13/request/end'].sort())
})

t.test(
  'the shipped bridge loses nothing over a cut link and a restart on board',
  needsMosquitto,
  async (t) => {
    const centre = await fleetBroker()
    t.teardown(() => centre.remove())
    const link = await FaultProxy.open(centre.port)
    t.teardown(() => link.close())
    // The test has its own listener, folder and no certificates; all else is as it ships.
    const lines = shipped('mosquitto-bridge.conf')
      .replace('broker.example.org:8883', `127.0.0.1:${link.port}`)
      .replace('/var/lib/mosquitto/', 'FOLDER/')
      .replace('CHANGE-ME', 'bus-12')
      .split('\n')
      .filter((line) => !/^(#|listener|allow_anonymous|bridge_cafile)/.test(line))
    const onBoard = new Mosquitto(await freePort(), lines)
    await onBoard.start()
    t.teardown(() => onBoard.remove())

    const operator = await MqttTap.open(as('operator', centre), 'affectd/#')
    t.teardown(() => operator.close())
    const ledger = new DeliveryLedger()
    let distinct = 0
    operator.client.on('message', (topic, payload) => {
      if (!topic.endsWith('/emotion')) return
      if (ledger.book(JSON.parse(payload.toString()) as { boot_id: string; seq: number })) distinct += 1
    })
    const bridgeSays = (word: string): Promise<void> =>
      operator.until(
        (heard) => heard.filter(({ topic }) => topic.endsWith('/bridge')).at(-1)?.payload === word,
      )
    await bridgeSays('1')

    const device = new SimulatedDevice('bus-12', { url: onBoard.url, backoff: { baseMs: 50, capMs: 200 } })
    t.teardown(() => device.publisher.close())
    device.start()
    const speak = async (events: number): Promise<void> => {
      for (let n = 0; n < events; n++) await device.speak()
      t.equal(await device.publisher.drain(AbortSignal.timeout(20_000)), 0)
    }
    await speak(200)
    await operator.until(() => distinct > 0)
    link.mode = 'reset'
    await bridgeSays('0')
    await speak(200)
    await onBoard.kill('SIGTERM')
    await onBoard.start()
    await speak(200)
    link.mode = 'pass'
    await operator.until(() => distinct === 600)
    const account = ledger.account(new Map([[device.bootId, device.events]]))
    t.match(account, { distinct: 600, lost: 0, outOfOrder: 0 })
    t.comment(`600 events, ${account.repeated} repeated`)
    await operator.client.publishAsync('affectd/bus-12/request/ping', '{"transaction":"in"}', { qos: 1 })
    t.match(await operator.first('affectd/bus-12/response/ping'), { transaction: 'in' }, 'requests get in')
  },
)

t.test('a shared subscription hands each event to one of its consumers', needsMosquitto, async (t) => {
  const broker = await fleetBroker()
  t.teardown(() => broker.remove())
  const consumers = await Promise.all(
    ['store-1', 'store-2'].map((clientId) =>
      MqttTap.open(as('dashboard', broker), '$share/store/affectd/+/emotion', { clientId }),
    ),
  )
  for (const consumer of consumers) t.teardown(() => consumer.close())
  const device = new SimulatedDevice('bus-12', { url: as('bus-12', broker) })
  t.teardown(() => device.publisher.close())
  device.start()
  for (let n = 0; n < 200; n++) await device.speak()
  t.equal(await device.publisher.drain(AbortSignal.timeout(20_000)), 0)
  const heard = (): number[] =>
    consumers.flatMap((consumer) =>
      consumer.heard.map(({ payload }) => (JSON.parse(payload) as { seq: number }).seq),
    )
  await Promise.race(consumers.map((consumer) => consumer.until(() => heard().length >= 200)))
  t.same(
    heard().sort((a, b) => a - b),
    Array.from({ length: 200 }, (_, n) => n + 1),
    'all, and none twice',
  )
  for (const consumer of consumers) t.ok(consumer.heard.length > 50, 'each has its share')
})

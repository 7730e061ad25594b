import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { Mosquitto, freePort } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { event, publisherRig } from '../support/publisher-rig.js'
import type { PublisherRig } from '../support/publisher-rig.js'
import { skipUnless } from '../support/require-part.js'

const needsMosquitto = skipUnless('mosquitto')
const needsTls = needsMosquitto.skip === false ? skipUnless('openssl') : needsMosquitto

async function firstWarning({ log }: PublisherRig): Promise<{ code: unknown; text: string }> {
  for (;;) {
    const line = log.find(({ level }) => level === 'warn')
    if (line !== undefined) return { code: line.fields['code'], text: line.text }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

t.test(
  'a broker that freezes is noticed, and what it was sent arrives when it thaws',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const rig = publisherRig(broker.url, { keepaliveS: 1, connectTimeoutMs: 500 })
    const { publisher, topics } = rig
    t.teardown(() => publisher.close())
    const tap = await MqttTap.open(broker.url, topics.emotion)
    t.teardown(() => tap.close())
    publisher.start()
    await publisher.publish(event(topics, 0))
    t.equal(await publisher.drain(AbortSignal.timeout(5000)), 0)
    broker.signal('SIGSTOP')
    await publisher.publish(event(topics, 1))
    t.match(await firstWarning(rig), { code: 'PUBLISH_UNREACHABLE', text: /fell silent/ })
    t.equal(publisher.counts.outboxDepth, 1)
    broker.signal('SIGCONT')
    t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0)
    await tap.until((heard) => heard.some(({ payload }) => payload === '{"n":1}'))
  },
)

t.test(
  'an event at which the broker hangs up (MQTT 3.1.1) is given up in the end',
  needsMosquitto,
  async (t) => {
    const broker = new Mosquitto(await freePort(), ['max_packet_size 2000'])
    await broker.start()
    t.teardown(() => broker.remove())
    const { publisher, topics } = publisherRig(
      broker.url,
      { protocol: '3.1.1' },
      { backoff: { baseMs: 1, capMs: 2 } },
    )
    t.teardown(() => publisher.close())
    const tap = await MqttTap.open(broker.url, topics.emotion)
    t.teardown(() => tap.close())
    for (const payload of ['"first"', `"${'x'.repeat(4000)}"`, '"third"']) {
      await publisher.publish({ topic: topics.emotion, payload, qos: 1, retain: false, kind: 'event' })
    }
    publisher.start()
    t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0)
    t.same(publisher.counts.outboxDropped, 1)
    await tap.until((heard) => heard.some(({ payload }) => payload === '"third"'))
    t.same([...new Set(tap.heard.map(({ payload }) => payload))], ['"first"', '"third"'])
  },
)

t.test(
  'TLS: a known authority is trusted, an unknown one and a missing one are refused by name',
  needsTls,
  async (t) => {
    const port = await freePort()
    const broker = new Mosquitto(port, ['certfile FOLDER/cert.pem', 'keyfile FOLDER/key.pem'])
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => `${broker.folder}/${name}`) as [string, string]
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ])
    t.equal(made.status, 0, 'a certificate of our own')
    await broker.start()
    t.teardown(() => broker.remove())
    const secure = `mqtts://127.0.0.1:${port}`

    const trusted = publisherRig(secure, { tls: { ca: readFileSync(cert) } })
    trusted.publisher.start()
    await trusted.publisher.publish(event(trusted.topics, 0))
    t.equal(await trusted.publisher.drain(AbortSignal.timeout(20_000)), 0)
    await trusted.publisher.close()

    const unknown = publisherRig(secure)
    unknown.publisher.start()
    t.match(await firstWarning(unknown), { code: 'PUBLISH_REFUSED', text: /SELF_SIGNED/ })
    await unknown.publisher.close()

    const plain = publisherRig(`mqtt://127.0.0.1:${port}`)
    plain.publisher.start()
    t.match(await firstWarning(plain), { code: 'PUBLISH_REFUSED', text: /TLS/ })
    await plain.publisher.close()

    const garbage = publisherRig(secure, { tls: { cert: 'no PEM', key: 'no PEM' } })
    t.throws(() => garbage.publisher.start(), { code: 'CONFIG_MQTT_TLS', exitCode: 78 })
    await garbage.publisher.close()
  },
)

t.test('TLS where the broker speaks none is refused by name', needsMosquitto, async (t) => {
  const port = await freePort()
  const broker = new Mosquitto(port)
  await broker.start()
  t.teardown(() => broker.remove())
  const rig = publisherRig(`mqtts://127.0.0.1:${port}`)
  t.teardown(() => rig.publisher.close())
  rig.publisher.start()
  t.match(await firstWarning(rig), { code: 'PUBLISH_REFUSED', text: /TLS/ })
})

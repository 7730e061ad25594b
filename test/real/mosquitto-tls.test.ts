import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { brokerOptions } from '../../src/cli/broker-options.js'
import { loadConfig } from '../../src/config/load-config.js'
import type { TlsMaterial } from '../../src/publish/link.js'
import { Certificates } from '../support/certificates.js'
import { accepting, freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { event, firstWarning, logged, publisherRig } from '../support/publisher-rig.js'
import { skipUnless } from '../support/require-part.js'

const needsMosquitto = skipUnless('mosquitto')
const needsTls = needsMosquitto.skip === false ? skipUnless('openssl') : needsMosquitto

const LONG_AGO = { from: '200101000000Z', to: '200201000000Z' }
const FAR_AHEAD = { from: '450101000000Z', to: '490101000000Z' }

/** Listeners that want a client certificate, one for each certificate that a broker may show, and one for WebSocket. */
const LISTENERS = ['good', 'expired', 'future', 'stranger', 'websocket'] as const

interface Rig {
  readonly certificates: Certificates
  readonly ports: Readonly<Record<(typeof LISTENERS)[number], number>>
  /** The client's side of mutual TLS. */
  tls(client?: string, ca?: string): TlsMaterial
  readonly tap: MqttTap
  readonly broker: Mosquitto
}

async function rig(t: Test): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'affectd-tls-'))
  const certificates = new Certificates(folder)
  certificates.make({ name: 'other-ca', signedBy: 'other-ca' })
  certificates.make({ name: 'good' })
  certificates.make({ name: 'expired', ...LONG_AGO })
  certificates.make({ name: 'future', ...FAR_AHEAD })
  certificates.make({ name: 'stranger', altNames: 'DNS:elsewhere.example' })
  certificates.make({ name: 'client' })
  certificates.make({ name: 'client-expired', ...LONG_AGO })
  certificates.make({ name: 'client-other', signedBy: 'other-ca' })
  const found = []
  for (const name of LISTENERS) found.push([name, await freePort()] as const)
  const ports = Object.fromEntries(found) as Rig['ports']
  const listeners = found.flatMap(([name, port]) => {
    const shown = certificates.read(name === 'websocket' ? 'good' : name)
    return [
      `listener ${port} 127.0.0.1`,
      `certfile ${shown.certFile}`,
      `keyfile ${shown.keyFile}`,
      `cafile ${folder}/ca.pem`,
      'require_certificate true',
      ...(name === 'websocket' ? ['protocol websockets'] : []),
    ]
  })
  const broker = new Mosquitto(await freePort(), listeners)
  await broker.start()
  for (const name of LISTENERS) await accepting(ports[name])
  const tap = await MqttTap.open(broker.url, 'affectd/t1/emotion')
  t.teardown(async () => {
    await tap.close()
    await broker.remove()
    rmSync(folder, { recursive: true })
  })
  const tls: Rig['tls'] = (client = 'client', ca = 'ca') => {
    const { cert, key } = certificates.read(client)
    return { ca: certificates.read(ca).cert, cert, key }
  }
  return { certificates, ports, tls, tap, broker }
}

t.test('mutual TLS', needsTls, async (t) => {
  const { ports, tls, tap } = await rig(t)

  await t.test('is accepted over TCP and WebSocket, with both versions of MQTT', async (t) => {
    let n = 0
    for (const url of [`mqtts://127.0.0.1:${ports.good}`, `wss://localhost:${ports.websocket}/mqtt`]) {
      for (const protocol of ['5', '3.1.1'] as const) {
        n += 1
        const { publisher, topics } = publisherRig(url, { tls: tls(), protocol })
        publisher.start()
        await publisher.publish(event(topics, n))
        t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0, `${url} ${protocol}`)
        await publisher.close()
      }
    }
    await tap.until((heard) => heard.length === n)
  })

  const refusals: readonly [string, string, TlsMaterial, RegExp][] = [
    ['a broker of another authority', url(ports.good), tls('client', 'other-ca'), /nobody that this device/],
    ['a broker of no known authority', url(ports.good), {}, /nobody that this device trusts/],
    ['an expired broker', url(ports.expired), tls(), /broker’s certificate has expired.*clock/],
    ['a broker from the future', url(ports.future), tls(), /not valid yet.*clock/],
    ['a broker with another name', url(ports.stranger), tls(), /for another host name/],
    ['no certificate of our own', url(ports.good), { ca: tls().ca }, /wants a certificate of this device/],
    ['an expired one of our own', url(ports.good), tls('client-expired'), /device’s certificate has expired/],
    ['one of another authority', url(ports.good), tls('client-other'), /does not trust who signed/],
    [
      'a broker of another authority, over WebSocket',
      url(ports.websocket, 'wss'),
      tls('client', 'other-ca'),
      /nobody that this device trusts/,
    ],
    [
      'no certificate of our own, over WebSocket',
      url(ports.websocket, 'wss'),
      { ca: tls().ca },
      /wants a certificate of this device/,
    ],
    ['no TLS where it is spoken', url(ports.good, 'mqtt'), {}, /is TLS/],
  ]
  for (const [what, brokerUrl, material, expected] of refusals) {
    await t.test(`refused by name, and retried: ${what}`, async (t) => {
      const refused = publisherRig(brokerUrl, { tls: material })
      t.teardown(() => refused.publisher.close())
      refused.publisher.start()
      await refused.publisher.publish(event(refused.topics, 0))
      t.match(await firstWarning(refused), { code: 'PUBLISH_REFUSED', text: expected })
      let attempts = 0
      await logged(refused, ({ text }) => text.startsWith('connecting') && ++attempts === 3)
      t.equal(refused.log.filter(({ level }) => level === 'warn').length, 1, 'said once')
      t.equal(refused.publisher.counts.outboxDepth, 1, 'the event is kept')
    })
  }
  t.notOk(
    tap.heard.some(({ payload }) => payload === '{"n":0}'),
    'nothing got past a refusal',
  )
})

function url(port: number, scheme = 'mqtts'): string {
  return `${scheme}://127.0.0.1:${port}`
}

t.test(
  'a certificate replaced on disk counts at the next connection, a missing one is waited for',
  needsTls,
  async (t) => {
    const { ports, certificates, tap, broker } = await rig(t)
    const file = (name: string): string => join(certificates.folder, name)
    const install = (from: string): void => {
      for (const ending of ['pem', 'key']) copyFileSync(file(`${from}.${ending}`), file(`mine.${ending}`))
    }
    install('client-expired')
    const { config } = loadConfig({
      env: {},
      set: [
        `mqtt.url=${url(ports.good)}`,
        `mqtt.ca_file=${file('ca.pem')}`,
        `mqtt.cert_file=${file('mine.pem')}`,
        `mqtt.key_file=${file('mine.key')}`,
      ],
    })
    const device = publisherRig(config.mqtt.url, brokerOptions(config), {
      rereadBroker: () => brokerOptions(config),
    })
    t.teardown(() => device.publisher.close())
    device.publisher.start()
    await device.publisher.publish(event(device.topics, 1))
    t.match(await firstWarning(device), { text: /this device’s certificate has expired/ })
    install('client')
    t.equal(await device.publisher.drain(AbortSignal.timeout(20_000)), 0, 'the new one is taken')

    rmSync(file('mine.key'))
    const lost = device.log.length
    await broker.kill()
    await broker.start()
    await device.publisher.publish(event(device.topics, 2))
    const missing = await logged(device, ({ fields }) => fields['code'] === 'PUBLISH_CREDENTIALS', lost)
    t.match(missing.text, /mqtt\.key_file: .*mine\.key cannot be read \(ENOENT\)/)
    install('good')
    copyFileSync(file('client.key'), file('mine.key'))
    const unfit = ({ text }: { text: string }): boolean => /certificates or key .* cannot be used/.test(text)
    t.match((await logged(device, unfit, lost)).fields, { code: 'PUBLISH_CREDENTIALS' })
    install('client')
    t.equal(await device.publisher.drain(AbortSignal.timeout(20_000)), 0, 'nothing is lost')
    await tap.until((heard) => heard.some(({ payload }) => payload === '{"n":2}'))
  },
)

t.test('WebSocket without TLS, and a server there that is no broker', needsMosquitto, async (t) => {
  const webPort = await freePort()
  // mosquitto 2.0.11 does not start with nothing but a WebSocket listener.
  const broker = new Mosquitto(await freePort(), [`listener ${webPort} 127.0.0.1`, 'protocol websockets'])
  await broker.start()
  await accepting(webPort)
  t.teardown(() => broker.remove())
  for (const protocol of ['5', '3.1.1'] as const) {
    const { publisher, topics } = publisherRig(url(webPort, 'ws'), { protocol })
    publisher.start()
    await publisher.publish(event(topics, 0))
    t.equal(await publisher.drain(AbortSignal.timeout(20_000)), 0, protocol)
    await publisher.close()
  }
  const server = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  const device = publisherRig(url(port, 'ws'))
  t.teardown(() => device.publisher.close())
  device.publisher.start()
  t.match(await firstWarning(device), { code: 'PUBLISH_REFUSED', text: /another path/ })
  t.match(device.log.find(({ level }) => level === 'warn')?.fields, { detail: /404/ })
})

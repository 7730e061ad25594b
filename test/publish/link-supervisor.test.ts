import fc from 'fast-check'
import t from 'tap'
import { ConfigError } from '../../src/errors.js'
import { downCause } from '../../src/publish/down-cause.js'
import { foreignText } from '../../src/publish/foreign-text.js'
import { parseBrokerUrl } from '../../src/publish/broker-url.js'
import { mqttClientOptions } from '../../src/publish/mqtt-client-options.js'
import { PacketGuard } from '../../src/publish/packet-guard.js'
import { FakeBroker, settle } from '../support/fake-broker.js'
import { FakeClock } from '../support/fake-clock.js'
import { event, publisherRig } from '../support/publisher-rig.js'

const LINK = { url: 'mqtts://h', clientId: 'c', keepaliveS: 30, connectTimeoutMs: 1000 } as const

t.test('a client that is up and deaf and does not notice is thrown away', async (t) => {
  const broker = new FakeBroker()
  const clock = new FakeClock()
  const { publisher, topics, log } = publisherRig(
    'mqtt://h',
    {},
    { openLink: broker.open, clock, random: () => 1 },
  )
  publisher.start()
  const latched = broker.link
  latched.up({ keepaliveS: 30 })
  await settle()
  clock.advance(59_000)
  latched.ping()
  clock.advance(59_999)
  t.notOk(latched.isDestroyed, 'a ping was answered')
  clock.advance(1)
  t.ok(latched.isDestroyed)
  t.match(log.find(({ level }) => level === 'warn')?.text, /the broker fell silent/)
  clock.advance(20)
  t.equal(broker.links.length, 2)
  broker.link.up()
  await publisher.publish(event(topics, 0))
  await settle()
  t.same(broker.payloads(topics.emotion), ['{"n":0}'])
  await publisher.close()
  t.equal(clock.timers, 0)
})

t.test(
  'a secret is read anew for each attempt; one that is missing is said once and waited for',
  async (t) => {
    const broker = new FakeBroker()
    const clock = new FakeClock()
    let read = (): string => 'second'
    const { publisher, log } = publisherRig(
      'mqtt://h',
      { password: 'first' },
      {
        openLink: broker.open,
        clock,
        random: () => 1,
        rereadBroker: () => ({ ...LINK, url: 'mqtt://h', protocol: '5', username: 'u', password: read() }),
      },
    )
    publisher.start()
    t.equal(broker.link.options.password, 'first')
    broker.link.down()
    clock.advance(100)
    t.equal(broker.link.options.password, 'second')
    read = () => {
      throw new ConfigError('CONFIG_NOT_FOUND', 'mqtt.password_file: /x cannot be read (ENOENT)')
    }
    broker.link.down()
    const before = broker.links.length
    clock.advance(5000)
    t.equal(broker.links.length, before, 'no attempt without it')
    t.equal(
      log
        .filter(({ fields }) => fields['code'] === 'PUBLISH_CREDENTIALS')
        .filter(({ level }) => level === 'warn').length,
      1,
    )
    read = () => 'third'
    clock.advance(100)
    t.equal(broker.link.options.password, 'third')
    await publisher.close()
  },
)

t.test('an unusable configuration ends the start, and a bug is no reason to retry', (t) => {
  const { publisher } = publisherRig(
    'mqtt://h',
    {},
    {
      clock: new FakeClock(),
      openLink: () => {
        throw new ConfigError('CONFIG_MQTT_TLS', 'no PEM')
      },
    },
  )
  t.throws(() => publisher.start(), { code: 'CONFIG_MQTT_TLS' })
  t.end()
})

t.test('more than a whole packet may have is not gathered', (t) => {
  const guard = new PacketGuard(256 * 1024)
  for (let n = 0; n < 100; n++) {
    t.ok(guard.isAllowed(64 * 1024))
    guard.packet()
  }
  let read = 0
  while (guard.isAllowed(64 * 1024)) read += 64 * 1024
  t.ok(read >= 256 * 1024 && read <= 512 * 1024, `${read} bytes`)
  t.end()
})

t.test('a session is kept with MQTT 5 only, and TLS material is used where the URL says TLS', (t) => {
  const tls = { ca: 'ca', cert: 'cert', key: 'key' }
  t.match(mqttClientOptions({ ...LINK, protocol: '5', sessionExpiryS: 300, tls }), {
    clean: false,
    properties: { sessionExpiryInterval: 300, receiveMaximum: 16 },
    cert: 'cert',
  })
  t.match(mqttClientOptions({ ...LINK, protocol: '5' }), { clean: true })
  t.match(mqttClientOptions({ ...LINK, protocol: '3.1.1', sessionExpiryS: 300 }), {
    clean: true,
    properties: undefined,
  })
  t.match(mqttClientOptions({ ...LINK, url: 'mqtt://h', protocol: '5', tls }), {
    cert: undefined,
    protocol: 'mqtt',
  })
  t.end()
})

t.test('no secret gets into what is said of a broker, whatever it repeats', (t) => {
  const secrets = fc.string({ unit: 'binary', minLength: 8, maxLength: 40 })
  fc.assert(
    fc.property(secrets, fc.string(), fc.string(), (secret, a, b) => {
      const said = foreignText(`${a}${secret}${b}`, [secret])
      return !said.includes(secret) && !/[\u0000-\u001f\u007f\n]/.test(said) && said.length <= 201
    }),
  )
  const hidden = fc.stringMatching(/^[A-Za-z0-9]{8,30}$/)
  fc.assert(
    fc.property(
      hidden,
      fc.constantFrom('mqtt', 'mqtts', 'ws', 'wss', 'http'),
      fc.webPath(),
      (secret, scheme, path) => {
        const url = `${scheme}://user:${secret}@h${path}?token=${secret}`
        let shown: string
        try {
          shown = parseBrokerUrl(url).shown
        } catch (error) {
          shown = (error as Error).message
        }
        return !shown.replace(path, '').includes(secret)
      },
    ),
  )
  fc.assert(
    fc.property(
      hidden,
      fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom('CERT_HAS_EXPIRED', 'EX', undefined)),
      (secret, code) => {
        return !downCause({ code, message: `x ${secret}` }).text.includes(secret)
      },
    ),
  )
  t.pass()
  t.end()
})

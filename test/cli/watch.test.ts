import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import t from 'tap'
import { renderMessage, watchCommand, watchLink } from '../../src/cli/watch.js'
import { renderEvent } from '../../src/cli/render-event.js'
import { loadConfig } from '../../src/config/load-config.js'
import { startEmbeddedBroker } from '../../src/publish/embedded-broker.js'
import { freePort } from '../support/mosquitto.js'
import { publisherRig } from '../support/publisher-rig.js'
import { SAMPLE_EVENT as event } from '../support/sample-event.js'

function io(): {
  out: string[]
  err: string[]
  io: Parameters<typeof watchCommand>[1]
  until(text: RegExp): Promise<void>
} {
  const out: string[] = []
  const err: string[] = []
  const waiters = new Set<() => void>()
  const write =
    (to: string[]) =>
    (text: string): void => {
      to.push(text)
      for (const check of [...waiters]) check()
    }
  return {
    out,
    err,
    io: { out: write(out), err: write(err), isTty: false, env: {} },
    until: (text) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (text.test(out.join('') + err.join(''))) resolve()
        }
        waiters.add(check)
        check()
      }),
  }
}

t.test('an event is one compact line', (t) => {
  t.equal(
    renderEvent(event, { color: false }),
    '08:00:00.000  angry      ████████░░  81 %  arousal +0.62  valence −0.55   −23.4 dBFS  SNR  17.9 dB',
  )
  t.match(
    renderEvent({ ...event, abstained: true, abstain_reason: 'low_snr' }, { color: false }),
    /abstained: low snr$/,
  )
  t.match(renderEvent(event, { color: true }), /\u001b\[91mangry {4}\u001b\[0m/)
  t.match(renderEvent({ ...event, label: 'constructor' }, { color: true }), /^[\d:.]+ {2}constructor {2}█/)
  t.end()
})

t.test('nothing that a stranger sends reaches the terminal as a control character', (t) => {
  const hostile = '\u001b[2J\u0007evil\u009b'
  const rendered = renderEvent(
    { ...event, label: hostile, time: hostile, abstained: true, abstain_reason: hostile as 'low_snr' },
    { color: false },
  )
  t.notOk(/[\u0000-\u001f\u007f-\u009f]/.test(rendered))
  const payload = Buffer.from(JSON.stringify({ state: hostile, reason: hostile, time: hostile }))
  const message = { retain: false, responseTopic: undefined, correlationData: undefined }
  for (const topic of ['affectd/\u001b/status', 'affectd/d/alert/\u001b', 'affectd/d/listening']) {
    const line = renderMessage({ ...message, topic, payload }, 'affectd', false)
    t.notOk(/[\u0000-\u001f\u007f-\u009f]/.test(line ?? ''))
  }
  for (const junk of ['', 'null', '{', '7', '[]']) {
    t.doesNotThrow(() =>
      renderMessage({ ...message, topic: 'affectd/d/emotion', payload: Buffer.from(junk) }, 'affectd', false),
    )
    t.doesNotThrow(() =>
      renderMessage({ ...message, topic: 'affectd/d/alert/x', payload: Buffer.from(junk) }, 'affectd', false),
    )
  }
  t.end()
})

t.test('watch shows emotions, status and alerts until it is stopped', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const { publisher, topics } = publisherRig(broker.url, { protocol: '3.1.1' })
  t.teardown(() => publisher.close())
  publisher.start()
  let stop = (): void => undefined
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  const screen = io()
  const status = watchCommand(['--broker', broker.url, '--device', 't1'], screen.io, stopped)
  await screen.until(/is online/)
  await publisher.publish({
    topic: topics.emotion,
    payload: JSON.stringify(event),
    qos: 1,
    retain: false,
    kind: 'event',
  })
  await publisher.publish({ topic: topics.emotion, payload: 'junk', qos: 1, retain: false, kind: 'event' })
  const alert = JSON.stringify({ active: true, score: 0.9, time: '2026-11-21T08:00:01.000Z' })
  await publisher.publish({
    topic: `${topics.base}/alert/anger`,
    payload: alert,
    qos: 1,
    retain: true,
    kind: 'alert',
  })
  await screen.until(/angry .* 81 %/)
  await screen.until(/08:00:01.000 {2}alert anger: raised, score 0.90/)
  stop()
  t.equal(await status, 0)
  t.notOk(screen.out.join('').includes('\u001b'), 'no colours where there is no terminal')
  t.notOk(screen.out.join('').includes('junk'))
})

t.test('watch uses the configured broker, credentials and prefix', async (t) => {
  const aedes = await Aedes.createBroker({
    authenticate: (_client, username, password, done) =>
      done(null, username === 'bus' && password?.toString() === 'hush'),
  })
  const server = createServer((socket) => void aedes.handle(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    aedes.close()
  })
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = t.testdir({ password: 'hush\n', 'c.json': '{"publish":{"prefix":"fleet"}}' })
  const args = ['--config', join(folder, 'c.json'), '--set', 'mqtt.username=bus']
  const withPassword = [...args, '--set', `mqtt.password_file=${join(folder, 'password')}`]
  for (const broker of [
    ['--set', `mqtt.url=${url}`],
    ['--broker', url],
  ]) {
    const screen = io()
    t.equal(await watchCommand([...withPassword, ...broker], screen.io, Promise.resolve()), 0)
    t.match(screen.err.join(''), 'watching fleet/+')
  }
  await t.rejects(watchCommand([...args, '--broker', url], io().io, Promise.resolve()), {
    code: 'PUBLISH_REFUSED',
  })
})

t.test('a name in --broker is used alone, and the certificates are the configured ones', async (t) => {
  const folder = t.testdir({ ca: 'pem' })
  const set = ['mqtt.username=bus', 'mqtt.password=hush', `mqtt.ca_file=${join(folder, 'ca')}`]
  const { config } = loadConfig({ env: {}, set })
  t.match(watchLink(config), { url: config.mqtt.url, username: 'bus', password: 'hush', tls: { ca: 'pem' } })
  const own = watchLink(config, 'mqtts://me:mine@host')
  t.match(own, { url: 'mqtts://me:mine@host', tls: { ca: 'pem' } })
  t.equal(own.username, undefined)
  t.equal(own.password, undefined)
  t.not(own.clientId, watchLink(config).clientId)
})

t.test('watch says so when the broker goes and comes back', async (t) => {
  const first = await startEmbeddedBroker()
  const screen = io()
  let stop = (): void => undefined
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  const status = watchCommand(['--broker', first.url], screen.io, stopped)
  await screen.until(/watching affectd\/\+/)
  await first.close()
  await screen.until(/the broker is gone/)
  stop()
  t.equal(await status, 0)
})

t.test('watch fails at once where no broker is, and for wrong usage', async (t) => {
  const url = `mqtt://u:hush@127.0.0.1:${await freePort()}`
  const failure = watchCommand(['--broker', url], io().io)
  await t.rejects(failure, { code: 'PUBLISH_UNREACHABLE', exitCode: 69 })
  await failure.catch((error: Error) => t.notMatch(error.message, /hush/))
  await t.rejects(watchCommand(['--device', 'a/b'], io().io), { code: 'USAGE_ARGUMENTS', exitCode: 64 })
  await t.rejects(watchCommand(['--nonsense'], io().io), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(watchCommand(['--broker', 'http://x'], io().io), { code: 'USAGE_ARGUMENTS', exitCode: 64 })
  const screen = io()
  t.equal(await watchCommand(['--help'], screen.io), 0)
  t.match(screen.out.join(''), /Usage: affectd watch/)
})

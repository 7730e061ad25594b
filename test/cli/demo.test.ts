import { join } from 'node:path'
import t from 'tap'
import { DEMO_BASE, DemoScreen } from '../../src/cli/demo-screen.js'
import { demoCommand, demoSettings } from '../../src/cli/demo.js'
import { loadConfig } from '../../src/config/load-config.js'
import { memoryIo } from '../support/memory-io.js'
import { writeTinyModel } from '../support/tiny-model.js'

t.test('the demo shows speech and events, ends by itself and minds no configuration', async (t) => {
  const model = writeTinyModel(t.testdir({}))
  const io = memoryIo({ AFFECTD_MQTT_URL: 'mqtt://nowhere.invalid', AFFECTD_NONSENSE: '1' })
  t.equal(await demoCommand(['--fast', '--model', model], io), 0)
  t.match(io.stdout, 'device is online')
  t.match(io.stdout, 'speech begins')
  t.match(io.stdout, /dBFS +SNR/)
  t.match(io.stdout, 'device is offline')
  const [, segments, events] = /(\d+) speech segments, (\d+) emotion events\n$/.exec(io.stdout) ?? []
  t.ok(Number(segments) >= 5, `${segments} segments`)
  t.ok(Number(events) >= 10, `${events} events`)
  t.equal(io.stderr, '')
  t.notMatch(io.stdout, '\u001b', 'no colours where no terminal is')
})

t.test('the demo’s screen says why the device is not online', async (t) => {
  const io = memoryIo()
  const payload = Buffer.from('{"state":"degraded","reason":"starting","time":"2026-11-21T08:00:00.000Z"}')
  const message = { retain: false, responseTopic: undefined, correlationData: undefined, payload }
  new DemoScreen(io).show({ ...message, topic: `${DEMO_BASE}/status` })
  t.equal(io.stdout, '08:00:00.000  device is degraded (starting)\n')
})

t.test('the demo has its topics, whatever prefix the package configures', async (t) => {
  const packagedFile = join(t.testdir({ 'default.json': '{"publish":{"prefix":"fleet"}}' }), 'default.json')
  const set = demoSettings('mqtt://localhost:1', {})
  const { config } = loadConfig({ env: {}, packagedFile, set })
  t.equal(`${config.publish.prefix}/${config.device.id}`, DEMO_BASE)
})

t.test('the demo’s screen passes over what is no message of a device', async (t) => {
  const io = memoryIo()
  const screen = new DemoScreen(io)
  const message = { retain: false, responseTopic: undefined, correlationData: undefined }
  for (const kind of ['state', 'status', 'emotion']) {
    for (const junk of ['', '{', 'null', '7']) {
      screen.show({ ...message, topic: `${DEMO_BASE}/${kind}`, payload: Buffer.from(junk) })
    }
  }
  t.equal(io.stdout, '')
  const hostile = Buffer.from(JSON.stringify({ state: '\u001b[2J', time: '2026-11-21T\u001b[2J' }))
  screen.show({ ...message, topic: `${DEMO_BASE}/status`, payload: hostile })
  t.notMatch(io.stdout, '\u001b')
})

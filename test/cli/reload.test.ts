import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { createReloadSignal } from '../../src/cli/reload-signal.js'
import { createServiceNotifier } from '../../src/ops/service/service-notifier.js'
import { AffectdProcess } from '../support/affectd-process.js'
import { FakeClock } from '../support/fake-clock.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { recordingLogger } from '../support/recording-logger.js'
import { skipUnless } from '../support/require-part.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))

t.test(
  'SIGHUP takes a good configuration within the process, and a wrong one changes nothing',
  skipUnless('mosquitto'),
  async (t) => {
    const folder = t.testdir()
    const file = join(folder, 'config.json')
    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/#')
    t.teardown(() => tap.close())
    const write = (id: string): void =>
      writeFileSync(
        file,
        JSON.stringify({ device: { id, state_dir: join(folder, 'state') }, mqtt: { url: broker.url } }),
      )
    write('one')
    const agent = new AffectdProcess([
      'run',
      '--config',
      file,
      '--source',
      `file:${DEMO}?pace=realtime&loop=1`,
    ])
    t.match(await tap.first('affectd/one/status'), { state: 'degraded', reason: 'starting' })

    writeFileSync(file, '{"mqtt":{"url":5}}')
    agent.child.kill('SIGHUP')
    await agent.until(() => agent.stderr.includes('the configuration stays as it was'))
    t.match(agent.stderr, /CONFIG_INVALID_VALUE/)
    t.equal(agent.child.exitCode, null)

    write('two')
    agent.child.kill('SIGHUP')
    t.match(await tap.first('affectd/two/status'), { state: 'degraded', reason: 'starting' })
    // What is edited afterwards counts once somebody asks for it.
    writeFileSync(file, 'no JSON')
    agent.child.kill('SIGTERM')
    t.equal(await agent.exited, 0, agent.stderr)
  },
)

t.test('what stdin gives is not lost to a reload: it is refused', async (t) => {
  const state = join(t.testdir(), 'state')
  const agent = new AffectdProcess([
    'run',
    '--source',
    'stdin',
    '--set',
    `device.state_dir=${state}`,
    '--set',
    'mqtt.url=mqtt://127.0.0.1:1',
  ])
  await agent.until(() => agent.stderr.includes('PUBLISH_UNREACHABLE'))
  agent.child.kill('SIGHUP')
  await agent.until(() => agent.stderr.includes('CONFIG_RELOAD_STDIN'))
  agent.child.kill('SIGTERM')
  t.equal(await agent.exited, 0, agent.stderr)
})

t.test(
  'what changes while the configuration is read is read after that, before the session ends',
  async (t) => {
    const folder = t.testdir()
    const file = join(folder, 'config.json')
    const write = (id: string): void =>
      writeFileSync(file, JSON.stringify({ device: { id, state_dir: folder } }))
    const log = recordingLogger()
    const service = createServiceNotifier({}, { clock: new FakeClock(), log })
    const others = process.listenerCount('SIGHUP')
    const reload = createReloadSignal({ file, env: {} }, { service, log })
    write('one')
    process.emit('SIGHUP')
    write('two')
    process.emit('SIGHUP')
    await reload.release()
    t.equal(reload.local?.loaded.config.device.id, 'two')
    t.ok(reload.signal.aborted)
    t.equal(process.listenerCount('SIGHUP'), others)
  },
)

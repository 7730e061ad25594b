import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { modelCommand } from '../../src/cli/model.js'
import { DEFAULT_MODEL_DIR } from '../../src/config/defaults.js'
import type { FleetError } from '../../src/errors.js'
import { AffectdProcess } from '../support/affectd-process.js'
import { memoryIo } from '../support/memory-io.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const BASE = 'affectd/r1'

type Json = Readonly<Record<string, unknown>>

t.test(
  'a signed model reaches a device over a real broker, judges without a gap, and gives way when the process dies',
  skipUnless('mosquitto'),
  async (t) => {
    const folder = t.testdir()
    const at = (name: string): string => join(folder, name)
    const mosquitto = new Mosquitto(await freePort())
    await mosquitto.start()
    t.teardown(() => mosquitto.remove())
    const tap = await MqttTap.open(mosquitto.url, 'affectd/#', { keepalive: 30 })
    t.teardown(() => tap.close())
    const on = (topic: string): Json[] =>
      tap.heard
        .filter((message) => message.topic === `${BASE}/${topic}`)
        .map(({ payload }) => JSON.parse(payload) as Json)
    const modelNow = (): Json => (on('info').at(-1)?.['model'] ?? {}) as Json

    const model = async (...args: string[]): Promise<string> => {
      const io = memoryIo()
      t.equal(await modelCommand(args, io), 0)
      return io.stdout
    }
    await model('keygen', at('keys'))
    cpSync(DEFAULT_MODEL_DIR, at('m'), { recursive: true })
    const manifest = readFileSync(at('m/manifest.json'), 'utf8')
    writeFileSync(at('m/manifest.json'), manifest.replace('"id": "affect-cnn-2"', '"id": "affect-cnn-9"'))
    const archive = at('m.affectd-model')
    await model('sign', at('m'), '--key', at('keys/model-key.pem'), '--out', archive)

    const start = (): AffectdProcess => {
      const settings = {
        'mqtt.url': mosquitto.url,
        'device.id': 'r1',
        'device.state_dir': at('state'),
        'classify.model_key_file': at('keys/model-key.pub.pem'),
      }
      const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`])
      const agent = new AffectdProcess(['run', '--source', `file:${DEMO}?pace=realtime&loop=1`, ...set])
      t.teardown(async () => {
        agent.child.kill('SIGKILL')
        await agent.exited
      })
      return agent
    }
    const agent = start()
    await tap.until(() => on('status').at(-1)?.['state'] === 'online')
    t.match(modelNow(), { id: 'affect-cnn-2', origin: 'released', trial_until: null, last_rollback: null })
    const to = ['--device', 'r1', '--broker', mosquitto.url]

    const order = JSON.parse(readFileSync(`${archive}.json`, 'utf8')) as { id: string }
    writeFileSync(at('forged.json'), JSON.stringify({ ...order, id: 'forged' }))
    cpSync(archive, at('forged'))
    const refusal = await model('send', at('forged'), ...to).catch((error: unknown) => error as FleetError)
    t.match(refusal, { code: 'FLEET_FAILED', message: /^r1 refuses: MODEL_SIGNATURE: / })
    t.equal(modelNow()['id'], 'affect-cnn-2', 'the old model goes on')

    t.match(await model('send', archive, ...to), /^r1: affect-cnn-9 is in force, on trial until .*Z\n$/)
    t.match(modelNow(), { id: 'affect-cnn-9', origin: 'delivered', trial_until: /Z$/ })
    const idOf = (event: Json | undefined): unknown => (event?.['model'] as Json | undefined)?.['id']
    await tap.until(() => idOf(on('emotion').at(-1)) === 'affect-cnn-9')
    const seqs = on('emotion').map(({ seq }) => seq)
    t.same(
      seqs,
      seqs.map((_, n) => n + 1),
      'no event is missing',
    )
    await tap.client.publishAsync(`${BASE}/request/health`, '{}', { qos: 1 })
    const { data } = await tap.first(`${BASE}/response/health`)
    t.match(data, { capture_drops: 0 })

    agent.child.kill('SIGKILL')
    await agent.exited
    start()
    await tap.until(() => modelNow()['last_rollback'] !== null)
    t.match(modelNow(), {
      id: 'affect-cnn-2',
      origin: 'released',
      last_rollback: { id: 'affect-cnn-9', error: { code: 'MODEL_ROLLED_BACK_CRASH' } },
    })
    const none = await model('rollback', ...to).catch((error: unknown) => error as FleetError)
    t.match(none, { code: 'FLEET_FAILED', message: /MODEL_NOTHING_TO_ROLL_BACK/ })
  },
)

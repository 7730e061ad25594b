import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CONFIG_KEYS } from '../../src/config/config.js'
import { AffectdProcess } from '../support/affectd-process.js'
import { runFleet } from '../support/fleet-rig.js'
import { Mosquitto, freePort } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { findProgram, skipUnlessPart } from '../support/require-part.js'
import { writeTinyModel } from '../support/tiny-model.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const needs = skipUnlessPart(
  'mosquitto, or remote configuration in the agent',
  findProgram('mosquitto') !== undefined && CONFIG_KEYS.has('device.trial_s'),
)

t.test('a running agent is listed, configured, confirmed and rolled back', needs, async (t) => {
  const broker = new Mosquitto(await freePort())
  await broker.start()
  t.teardown(() => broker.remove())
  const folder = t.testdir({})
  const settings = {
    'mqtt.url': broker.url,
    'device.id': 'bus-12',
    'device.trial_s': '5',
    'device.state_dir': join(folder, 'state'),
    'classify.model': writeTinyModel(folder),
  }
  const agent = new AffectdProcess([
    ...['run', '--source', `file:${DEMO}?pace=realtime&loop=1`],
    ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ])
  t.teardown(async () => {
    agent.child.kill('SIGTERM')
    await agent.exited
  })
  const tap = await MqttTap.open(broker.url, 'affectd/#')
  t.teardown(() => tap.close())
  await tap.first('affectd/bus-12/config/reported')

  const [listed] = (await runFleet(broker.url, ['ls', '--json'])).json()
  t.match(listed, { device_id: 'bus-12', config: { revision: 0 }, unreadable: [] })
  const set = await runFleet(broker.url, [
    ...['set', 'bus-12', 'affect.min_confidence=0.9', '--json', '--wait-confirmed', '--timeout', '60'],
  ])
  t.match(set.json()[0], { result: 'confirmed', revision: 1 }, set.message)
  const got = await runFleet(broker.url, ['get', 'bus-12', 'affect.min_confidence', '--json'])
  t.match(got.json()[0], { effective: { 'affect.min_confidence': 0.9 } })
  const conflicting = await runFleet(broker.url, ['set', 'bus-12', 'gate.enter_score=0.01', '--json'])
  t.equal(
    conflicting.json()[0]['result'],
    'failed',
    'enter below exit is a conflict that only the device can see',
  )
  const back = await runFleet(broker.url, ['rollback', 'bus-12', '--json'])
  t.match(back.json()[0], { result: 'rolled_back' }, back.message)
})

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { AffectdProcess } from '../support/affectd-process.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const RULES = JSON.stringify({ excitement: { score: 'arousal', enter: 0.6, exit: 0.3, within_s: 10 } })
const BASE = 'affectd/t1'

interface Rig {
  readonly broker: Mosquitto
  readonly tap: MqttTap
  run(source: string, set?: readonly string[]): AffectdProcess
}

async function rig(t: Test): Promise<Rig> {
  const broker = new Mosquitto(await freePort())
  await broker.start()
  t.teardown(() => broker.remove())
  const tap = await MqttTap.open(broker.url, `${BASE}/#`)
  t.teardown(() => tap.close())
  const state = join(t.testdirName, 'state')
  return {
    broker,
    tap,
    run(source, set = []) {
      const settings = ['device.id=t1', `device.state_dir=${state}`, `mqtt.url=${broker.url}`, ...set]
      return new AffectdProcess(['run', '--source', source, ...settings.flatMap((pair) => ['--set', pair])])
    },
  }
}

t.test(
  'each mode says no more than it may, and takes back what was retained',
  skipUnless('mosquitto'),
  async (t) => {
    const { tap, run, broker } = await rig(t)
    const hear = async (mode: string): Promise<string[]> => {
      tap.heard.length = 0
      const agent = run(`file:${DEMO}?pace=fast`, [`privacy.mode=${mode}`, `alerts.rules=${RULES}`])
      t.equal(await agent.exited, 0, agent.stderr)
      await tap.until((heard) => heard.some(({ payload }) => payload.includes('"offline"')))
      return tap.heard
        .filter(({ payload }) => payload !== '')
        .map(({ topic }) => topic.slice(BASE.length + 1))
    }
    const always = ['config/reported', 'health', 'info', 'listening', 'status']
    const said = async (mode: string): Promise<string[]> => [...new Set(await hear(mode))].sort()
    t.same(await said('full'), ['alert/excitement', 'emotion', ...always, 'state'].sort())
    t.same(await said('alerts-only'), ['alert/excitement', ...always].sort())
    t.match(
      tap.heard
        .filter(({ topic }) => topic.includes('/alert/'))
        .map(({ payload }) => JSON.parse(payload) as object),
      [
        { seq: 1, active: true },
        { seq: 2, active: false },
      ],
      'what is not said has no number',
    )
    t.same(await said('aggregate'), always)
    for (const { topic, payload } of tap.heard) {
      // The configuration names the rules, and may.
      if (!topic.endsWith('config/reported')) t.notMatch(payload, /fearful|neutral|excitement/)
    }
    const late = await MqttTap.open(broker.url, `${BASE}/#`)
    await late.until((heard) => heard.some(({ topic }) => topic === `${BASE}/status`))
    t.same(
      late.heard.map(({ topic }) => topic.slice(BASE.length + 1)).filter((topic) => !always.includes(topic)),
      [],
      'nothing is retained of when it could say more',
    )
    await late.close()
  },
)

t.test(
  'a signal and a file mute at once, and a debugger cannot be opened',
  skipUnless('mosquitto'),
  async (t) => {
    const { tap, run } = await rig(t)
    mkdirSync(join(t.testdirName), { recursive: true })
    const mute = join(t.testdirName, 'value')
    writeFileSync(mute, '0\n')
    const agent = run('stdin', [`privacy.mute_file=${mute}`])
    const pcm = readFileSync(DEMO).subarray(44, 44 + 32_000)
    agent.child.stdin.write(pcm)
    const reasons = (): unknown[] =>
      tap.heard
        .filter(({ topic }) => topic === `${BASE}/listening`)
        .map(({ payload }) => (JSON.parse(payload) as { held_by: unknown }).held_by)
    const next = async (act: () => void): Promise<unknown> => {
      const before = reasons().length
      act()
      await tap.until(() => reasons().length > before)
      return reasons().at(-1)
    }
    await tap.until(() => reasons().length > 0)
    t.same(reasons().at(-1), [])
    agent.child.kill('SIGUSR1')
    t.same(await next(() => agent.child.kill('SIGUSR2')), ['mute_signal'])
    t.same(await next(() => writeFileSync(mute, '1\n')), ['mute_file', 'mute_signal'])
    t.same(await next(() => agent.child.kill('SIGUSR2')), ['mute_file'])
    const lifted = tap.first(`${BASE}/response/listen/set`)
    await tap.client.publishAsync(`${BASE}/request/listen/set`, '{"listening":true}', { qos: 1 })
    t.match(
      await lifted,
      { data: { listening: false, held_by: ['mute_file'] } },
      'nor can it be lifted from afar',
    )
    t.same(await next(() => writeFileSync(mute, '0\n')), [])
    agent.child.stdin.end()
    t.equal(await agent.exited, 0, agent.stderr)
    t.notMatch(agent.stderr, /[Dd]ebugger/)
  },
)

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { AffectdProcess } from '../support/affectd-process.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'
import { writeTinyModel } from '../support/tiny-model.js'

type Json = Readonly<Record<string, unknown>>

const needsMosquitto = skipUnless('mosquitto')

async function device(t: Test) {
  const mosquitto = new Mosquitto(await freePort())
  await mosquitto.start()
  t.teardown(() => mosquitto.remove())
  const tap = await MqttTap.open(mosquitto.url, 'affectd/c1/#')
  t.teardown(() => tap.close())
  const folder = t.testdir()
  const state = join(folder, 'state')
  const on = (topic: string): Json[] =>
    tap.heard
      .filter((message) => message.topic === `affectd/c1/${topic}` && message.payload !== '')
      .map(({ payload }) => JSON.parse(payload) as Json)
  return {
    tap,
    state,
    model: writeTinyModel(folder),
    start(model: string, env: NodeJS.ProcessEnv = {}): AffectdProcess {
      const set = [
        `mqtt.url=${mosquitto.url}`,
        'device.id=c1',
        `device.state_dir=${state}`,
        `classify.model=${model}`,
        'gate.vad=energy',
      ]
      const agent = new AffectdProcess(
        ['run', '--source', 'stdin', ...set.flatMap((pair) => ['--set', pair])],
        env,
      )
      t.teardown(() => agent.child.kill('SIGKILL'))
      return agent
    },
    on,
    /** Resolves once the newest message of the topic is as wanted. */
    async says(topic: string, wanted: (message: Json) => boolean): Promise<Json> {
      const newest = (): Json | undefined => on(topic).at(-1)
      await tap.until(() => {
        const message = newest()
        return message !== undefined && wanted(message)
      })
      return newest() as Json
    },
  }
}

t.test(
  'killed four times in a row it rests: it reports and answers, and listens again when asked to',
  needsMosquitto,
  async (t) => {
    const { tap, state, model, start, on, says } = await device(t)
    const isStarted = (): boolean => {
      const path = join(state, 'run.json')
      return existsSync(path) && readFileSync(path, 'utf8').includes(`"crashes":${kills},`)
    }
    let kills = 0
    for (; kills < 4; kills++) {
      const agent = start(model)
      while (!isStarted()) await new Promise((resolve) => setTimeout(resolve, 20))
      agent.child.kill('SIGKILL')
      await agent.exited
    }
    // What systemd would have written of the last of them.
    writeFileSync(join(state, 'last-exit'), 'oom-kill killed KILL\n')

    const agent = start(model)
    await says('status', ({ state, reason }) => state === 'degraded' && reason === 'crash_loop')
    const info = await says('info', ({ last_exit: end }) => end !== null)
    t.match(info, {
      model: null,
      last_exit: { clean: false, cause: 'oom-kill', code: 'KILL', message: null },
    })
    t.match(await says('listening', () => true), { listening: false, held_by: ['crash_loop'] })
    t.match(await says('health', () => true), { capture_state: 'paused' })
    t.match(agent.stderr, 'CRASH_LOOP')

    const ask = async (verb: string, body: object): Promise<Json> => {
      await tap.client.publishAsync(`affectd/c1/request/${verb}`, JSON.stringify(body), { qos: 1 })
      return says(`response/${verb}`, () => true)
    }
    t.match(await ask('ping', {}), { status: 'ok' })
    t.match(await ask('config/get', {}), { status: 'ok', data: { effective: { device: { id: 'c1' } } } })
    t.match(await ask('listen/set', { listening: true }), {
      data: { listening: false, held_by: ['crash_loop'] },
    })
    t.match(await ask('baseline/reset', {}), { status: 'error', error: { code: 'REQUEST_RESTING' } })

    t.match(await ask('restart', {}), { status: 'ok' })
    await says('status', ({ reason }) => reason === 'starting')
    t.match(await says('info', ({ model }) => model !== null), { last_exit: { cause: 'oom-kill' } })
    t.match(on('listening').at(-1), { listening: true, held_by: [] })
    agent.child.kill('SIGTERM')
    t.equal(await agent.exited, 0)
    t.match(JSON.parse(readFileSync(join(state, 'run.json'), 'utf8')), { clean: true })
  },
)

t.test('an error that nobody caught is told of by the next start', needsMosquitto, async (t) => {
  const { model, start, says, state } = await device(t)
  const planted = new URL('../support/planted-crash.js', import.meta.url).href
  const env = { NODE_OPTIONS: `--import ${planted}`, PLANTED_CRASH_AFTER: join(state, 'run.json') }
  const agent = start(model, env)
  t.equal(await agent.exited, 70)
  t.match(agent.stderr, 'INTERNAL_UNEXPECTED')
  t.notMatch(readFileSync(join(state, 'run.json'), 'utf8'), 'geheim')
  const next = start(model)
  t.match(await says('info', ({ last_exit: end }) => end !== null), {
    last_exit: {
      clean: false,
      cause: 'error',
      code: 'INTERNAL_UNEXPECTED',
      message: 'planted: mqtt://***@broker is not iterable',
    },
  })
  next.child.kill('SIGTERM')
  await next.exited
})

t.test('a device whose model is damaged says so before it ends', needsMosquitto, async (t) => {
  const { model, start, on, says, state } = await device(t)
  writeFileSync(join(model, 'weights.bin'), 'damaged')
  const agent = start(model)
  t.equal(await agent.exited, 78)
  const { reason } = await says('status', ({ state }) => state === 'offline')
  t.match(reason, /^model_[a-z_]+$/)
  t.match(on('status').at(0), { state: 'degraded', reason })
  t.match(on('info').at(-1), { model: null })
  t.match(JSON.parse(readFileSync(join(state, 'run.json'), 'utf8')), {
    error: { code: String(reason).toUpperCase(), exit_code: 78 },
  })
})

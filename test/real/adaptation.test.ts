import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { buildAgent } from '../../src/cli/build-agent.js'
import { loadConfig } from '../../src/config/load-config.js'
import { session } from '../support/agent-session.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { recordingLogger, type LogLine } from '../support/recording-logger.js'
import { skipUnless } from '../support/require-part.js'
import { writeTinyModel } from '../support/tiny-model.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const needsMosquitto = skipUnless('mosquitto')
const model = writeTinyModel(t.testdir({}))

const LEARNS = ['affect.adaptation.sources=all', 'affect.adaptation.mode=all']

interface Run {
  /** Window and probabilities of each decision. */
  readonly decisions: readonly unknown[]
  readonly health: unknown
  readonly info: unknown
  readonly log: readonly LogLine[]
}

/** Judges the demo recording to its end, on a broker of its own. */
async function run(stateDir: string, set: readonly string[]): Promise<Run> {
  const broker = new Mosquitto(await freePort())
  await broker.start()
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#')
  const log = recordingLogger()
  const agent = await buildAgent(configured(broker.url, stateDir, 'fast', set), session({ log }))
  await agent.run(new AbortController().signal)
  await tap.until((heard) =>
    heard.some(({ topic, payload }) => topic === 'affectd/t1/status' && payload.includes('"offline"')),
  )
  await tap.close()
  await broker.remove()
  const on = (topic: string): unknown[] =>
    tap.heard
      .filter((message) => message.topic === `affectd/t1/${topic}`)
      .map(({ payload }) => JSON.parse(payload) as unknown)
  const decisions = (on('emotion') as { window: object; probabilities: object }[]).map(
    ({ window, probabilities }) => ({ window, probabilities }),
  )
  return { decisions, health: on('health').at(-1), info: on('info')[0], log: log.lines }
}

function configured(url: string, stateDir: string, pace: string, set: readonly string[]) {
  return loadConfig({
    env: {},
    set: [
      `mqtt.url=${url}`,
      'device.id=t1',
      `device.state_dir=${stateDir}`,
      `classify.model=${model}`,
      `capture.source=file:${DEMO}?pace=${pace}`,
      'capture.start_time=2026-11-21T08:00:00.000Z',
      ...set,
    ],
  })
}

t.test('a voice is learnt, kept over a restart, and then makes a difference', needsMosquitto, async (t) => {
  const folder = join(t.testdir(), 'state')
  const cold = await run(folder, LEARNS)
  const kept = JSON.parse(readFileSync(join(folder, 'baseline.json'), 'utf8')) as { frames: number }
  t.ok(kept.frames > 0)
  t.match(cold.health, { adaptation: { speech_ms: kept.frames * 20 } })
  t.ok((cold.info as { capabilities: string[] }).capabilities.includes('request/baseline/reset'))

  const warm = await run(folder, LEARNS)
  t.match(
    warm.log.find(({ text }) => text.startsWith('the voice baseline')),
    { fields: { speech_ms: kept.frames * 20 } },
  )
  t.notSame(warm.decisions[0], cold.decisions[0])
  t.same((await run(folder, [...LEARNS, 'affect.adaptation.mode=off'])).decisions[0], cold.decisions[0])
})

t.test(
  'a damaged file is one warning, and the run is that of a device that knows no voice',
  needsMosquitto,
  async (t) => {
    const folder = t.testdir()
    const cold = await run(folder, LEARNS)
    writeFileSync(join(folder, 'baseline.json'), '{"schema":"affectd.baseline/1","frames":1e99')
    const damaged = await run(folder, LEARNS)
    t.same(
      damaged.log.filter(({ level }) => level === 'warn').map(({ fields }) => fields['code']),
      ['BASELINE_REFUSED'],
    )
    t.same(damaged.decisions, cold.decisions)
  },
)

t.test('a recording teaches nothing unless it is told to, and leaves nothing', needsMosquitto, async (t) => {
  const folder = join(t.testdir(), 'state')
  const plain = await run(folder, ['affect.adaptation.mode=all'])
  t.match(plain.health, { adaptation: { speech_ms: 0 } })
  t.notOk(existsSync(folder))
})

t.test(
  'baseline/reset forgets the voice in memory and on disk, and says how much',
  needsMosquitto,
  async (t) => {
    const folder = t.testdir()
    await run(folder, LEARNS)
    const path = join(folder, 'baseline.json')
    const { frames } = JSON.parse(readFileSync(path, 'utf8')) as { frames: number }

    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/#')
    t.teardown(() => tap.close())
    const stop = new AbortController()
    const agent = await buildAgent(configured(broker.url, folder, 'realtime&loop=1', LEARNS), session())
    const running = agent.run(stop.signal)
    await tap.first('affectd/t1/info')
    await tap.client.publishAsync('affectd/t1/request/baseline/reset', '{"transaction":"b1"}', { qos: 1 })
    // A run that fails would leave the test waiting for an answer.
    t.match(await Promise.race([tap.first('affectd/t1/response/baseline/reset'), running]), {
      transaction: 'b1',
      status: 'ok',
      data: { speech_ms: frames * 20 },
    })
    t.notOk(existsSync(path))
    stop.abort()
    await running
  },
)

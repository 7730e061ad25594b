import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { startEmbeddedBroker } from '../../src/publish/embedded-broker.js'
import { AffectdProcess } from '../support/affectd-process.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { PulseMicrophone } from '../support/pulse.js'
import { skipUnless } from '../support/require-part.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
/** A device that is listed and gives no audio. */
const DEAD = 'pcm.deadmic { type pulse device "gone.monitor" hint { show on description "a dead mic" } }\n'

type Json = Readonly<Record<string, unknown>>

class Device {
  readonly #args: readonly string[]
  agent: AffectdProcess

  constructor(
    private readonly t: Test,
    readonly tap: MqttTap,
    config: object,
    private readonly env: NodeJS.ProcessEnv = {},
  ) {
    const file = join(t.testdir(), 'affectd.json')
    writeFileSync(file, JSON.stringify(config))
    this.#args = ['run', '--config', file]
    this.agent = this.start()
  }

  start(): AffectdProcess {
    const agent = new AffectdProcess(this.#args, this.env)
    this.t.teardown(async () => {
      agent.child.kill('SIGKILL')
      await agent.exited
    })
    return (this.agent = agent)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.agent.child.kill(signal)
    await this.agent.exited
  }

  desire(revision: number, patch: object): Promise<unknown> {
    const payload = JSON.stringify({ revision, patch })
    return this.tap.client.publishAsync('affectd/r1/config/desired', payload, { qos: 1, retain: true })
  }

  on(topic: string): Json[] {
    return this.tap.heard
      .filter((message) => message.topic === `affectd/r1/${topic}` && message.payload !== '')
      .map(({ payload }) => JSON.parse(payload) as Json)
  }

  /** Waits for a report that satisfies the test, among those that come from now on or, `since` given, from then on. */
  async reported(isIt: (report: Json) => boolean, since = this.on('config/reported').length): Promise<Json> {
    const found = (): Json | undefined => this.on('config/reported').slice(since).find(isIt)
    await Promise.race([
      this.tap.until(() => found() !== undefined),
      this.agent.exited.then((status) => {
        throw new Error(`the agent ended with ${status}: ${this.agent.stderr}`)
      }),
    ])
    return found() as Json
  }

  status(wanted: string): Promise<void> {
    return this.tap.until(() => this.on('status').at(-1)?.['state'] === wanted)
  }
}

async function broker(t: Test): Promise<{ url: string; tap: MqttTap }> {
  const mosquitto = new Mosquitto(await freePort())
  await mosquitto.start()
  t.teardown(() => mosquitto.remove())
  const tap = await MqttTap.open(mosquitto.url, 'affectd/#', { keepalive: 30 })
  t.teardown(() => tap.close())
  return { url: mosquitto.url, tap }
}

function configured(t: Test, url: string, more: { mqtt?: object; capture?: object } = {}): object {
  return {
    device: { id: 'r1', state_dir: join(t.testdirName, 'state'), trial_s: 8 },
    mqtt: { url, ...more.mqtt },
    capture: more.capture ?? { source: `file:${DEMO}?pace=realtime&loop=1` },
    affect: { adaptation: { mode: 'off' } },
  }
}

t.test('a good revision is applied, confirmed and survives a restart', skipUnless('mosquitto'), async (t) => {
  const { url, tap } = await broker(t)
  const device = new Device(t, tap, configured(t, url))
  await device.reported(({ revision }) => revision === 0, 0)
  await device.status('online')
  // One key that needs a restart of the agent, one that does not.
  await device.desire(1, { gate: { hangover_ms: 700 }, affect: { min_confidence: 0.3 } })
  const applied = await device.reported(({ revision }) => revision === 1)
  t.match(applied, { status: 'applied', confirmed: false, trial_until: /Z$/, error: null })
  await device.reported(({ confirmed }) => confirmed === true)
  t.match(device.on('info').at(-1), { config_revision: 1 })
  const boots = new Set(device.on('info').map(({ boot_id: id }) => id))
  t.equal(boots.size, 1, 'the process went on')
  await device.stop()
  const since = device.on('config/reported').length
  device.start()
  const after = await device.reported(({ revision }) => revision === 1, since)
  t.match(after, {
    status: 'applied',
    confirmed: true,
    effective: { gate: { hangover_ms: 700 }, affect: { min_confidence: 0.3 }, mqtt: { password: '' } },
  })
  await device.status('online')

  // Asked for, the configuration before comes back.
  await tap.client.publishAsync('affectd/r1/request/config/rollback', '{"transaction":"b"}', { qos: 1 })
  t.match(await tap.first('affectd/r1/response/config/rollback'), { status: 'ok', data: { revision: 0 } })
  await device.reported(({ status }) => status === 'rolled_back')
  await device.stop()
})

t.test('a revision with which the broker cannot be reached is rolled back by itself', async (t) => {
  // It speaks MQTT 3.1.1 only.
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const tap = await MqttTap.open(broker.url, 'affectd/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const device = new Device(t, tap, configured(t, broker.url, { mqtt: { protocol: '3.1.1' } }))
  await device.reported(({ revision }) => revision === 0, 0)
  await device.status('online')
  await device.desire(1, { mqtt: { protocol: '5' } })
  const report = await device.reported(({ status }) => status === 'rolled_back')
  t.match(report, {
    revision: 1,
    error: { code: 'CONFIG_ROLLED_BACK_BROKER' },
    effective: { mqtt: { protocol: '3.1.1' } },
    confirmed: true,
  })
  await device.status('online')
  await device.stop()
})

t.test(
  'a pipe is heard on over restarts of the agent, without a sample lost',
  skipUnless('mosquitto'),
  async (t) => {
    const { url, tap } = await broker(t)
    const pcm = readFileSync(DEMO).subarray(44)
    const heard = async (restarts: number): Promise<{ events: Json[]; infos: number }> => {
      const capture = { source: 'stdin', start_time: '2026-11-21T08:00:00.000Z' }
      const device = new Device(t, tap, configured(t, url, { capture }))
      const since = device.on('emotion').length
      const infosBefore = device.on('info').length
      await device.reported(() => true, device.on('config/reported').length)
      // It is said after the report, and the restarts are counted by it.
      await tap.until(() => device.on('info').length > infosBefore)
      const part = Math.ceil(pcm.length / (restarts + 1) / 2) * 2
      for (let n = 0; n <= restarts; n++) {
        device.agent.child.stdin.write(pcm.subarray(n * part, (n + 1) * part))
        if (n === restarts) break
        const infos = device.on('info').length
        await tap.client.publishAsync('affectd/r1/request/restart', '{}', { qos: 1 })
        await tap.until(() => device.on('info').length > infos)
      }
      device.agent.child.stdin.end()
      t.equal(await device.agent.exited, 0, device.agent.stderr)
      await device.status('offline')
      return { events: device.on('emotion').slice(since), infos: device.on('info').length - infosBefore }
    }
    const whole = await heard(0)
    const parts = await heard(2)
    t.equal(parts.infos, 3)
    t.same(
      parts.events.map(({ seq }) => seq),
      parts.events.map((_, n) => n + 1),
      'one sequence',
    )
    t.equal(new Set(parts.events.map(({ boot_id: id }) => id)).size, 1)
    // The sentence that a restart falls into is judged in two.
    t.ok(
      Math.abs(parts.events.length - whole.events.length) <= 4,
      `${parts.events.length}, ${whole.events.length}`,
    )
    const times = (events: readonly Json[]): string[] => events.map(({ time }) => String(time))
    t.same(times(parts.events), times(parts.events).toSorted(), 'on one clock')
    t.equal(times(parts.events).at(-1), times(whole.events).at(-1), 'to the same sample')
  },
)

t.test(
  'a recording that fails in a trial ends the process, and blames no revision',
  skipUnless('mosquitto'),
  async (t) => {
    const { url, tap } = await broker(t)
    const device = new Device(t, tap, configured(t, url, { capture: { source: 'stdin' } }))
    await device.reported(() => true, 0)
    await device.desire(1, { mqtt: { keepalive_s: 20 } })
    await device.reported(({ revision }) => revision === 1)
    device.agent.child.stdin.end(Buffer.alloc(3))
    t.equal(await device.agent.exited, 66)
    const since = device.on('config/reported').length
    device.start()
    t.match(await device.reported(() => true, since), { revision: 1, status: 'applied', confirmed: false })
    await device.stop()
  },
)

const needsSound = [skipUnless('pulseaudio'), skipUnless('arecord'), skipUnless('mosquitto')]
const skipSound = needsSound.find((part) => part.skip !== false) ?? { skip: false as const }

t.test('a revision that breaks the microphone is rolled back by itself', skipSound, async (t) => {
  const microphone = new PulseMicrophone(DEAD)
  t.teardown(() => microphone.remove())
  await microphone.plugIn()
  const { url, tap } = await broker(t)
  const capture = { source: 'arecord', device: 'testmic' }
  const device = new Device(t, tap, configured(t, url, { capture }), microphone.env)
  await device.status('online')
  await device.desire(1, { capture: { device: 'anything else' } })
  t.match(await device.reported(({ revision }) => revision === 1), {
    status: 'rejected',
    error: { code: 'CONFIG_DEVICE_NOT_LISTED', message: /testmic/ },
  })
  await device.desire(2, { capture: { device: 'deadmic' } })
  t.match(await device.reported(({ revision }) => revision === 2), { status: 'applied', confirmed: false })
  const report = await device.reported(({ status }) => status === 'rolled_back')
  t.match(report, {
    revision: 2,
    error: { code: 'CONFIG_ROLLED_BACK_CAPTURE' },
    effective: { capture: { device: 'testmic' } },
  })
  await device.status('online')
  // The retained message comes back at every connection and is left alone.
  await device.stop()
  const since = device.on('config/reported').length
  device.start()
  t.match(await device.reported(() => true, since), { revision: 2, status: 'rolled_back' })
  await device.status('online')
  await device.stop()
})

t.test(
  'a process killed in its trial comes back with the old configuration',
  skipUnless('mosquitto'),
  async (t) => {
    const { url, tap } = await broker(t)
    const device = new Device(t, tap, configured(t, url))
    await device.status('online')
    await device.desire(1, { gate: { hangover_ms: 700 } })
    await device.reported(({ revision }) => revision === 1)
    await device.stop('SIGKILL')
    const since = device.on('config/reported').length
    device.start()
    t.match(await device.reported(() => true, since), {
      revision: 1,
      status: 'rolled_back',
      error: { code: 'CONFIG_ROLLED_BACK_CRASH' },
    })
    await device.stop()
  },
)

t.test('listening is switched off and on from afar, and stays off over a restart', skipSound, async (t) => {
  const microphone = new PulseMicrophone()
  t.teardown(() => microphone.remove())
  await microphone.plugIn()
  const { url, tap } = await broker(t)
  const capture = { source: 'arecord', device: 'testmic' }
  const device = new Device(t, tap, configured(t, url, { capture }), microphone.env)
  const recorders = (): number => childrenNamed(device.agent.child.pid, 'arecord')
  const switchTo = (listening: boolean): Promise<unknown> =>
    tap.client.publishAsync('affectd/r1/request/listen/set', JSON.stringify({ listening }), { qos: 1 })
  await tap.until(() => device.on('status').at(-1)?.['reason'] === null)
  t.equal(recorders(), 1)
  await switchTo(false)
  await tap.until(() => device.on('status').at(-1)?.['reason'] === 'not_listening')
  t.match(device.on('listening').at(-1), { listening: false, reason: 'request' })
  while (recorders() > 0) await new Promise((resolve) => setImmediate(resolve))
  t.equal(recorders(), 0, 'the microphone is closed')
  await device.stop()
  device.start()
  await tap.until(() => device.on('status').at(-1)?.['reason'] === 'not_listening')
  t.equal(recorders(), 0)
  await switchTo(true)
  await tap.until(() => device.on('status').at(-1)?.['reason'] === null)
  t.equal(recorders(), 1)
  // And all the agent is built anew.
  await tap.client.publishAsync('affectd/r1/request/restart', '{}', { qos: 1 })
  await tap.until(() => device.on('status').some(({ reason }) => reason === 'restart'))
  await tap.until(() => device.on('status').at(-1)?.['reason'] === null)
  await device.stop()
})

function childrenNamed(pid: number | undefined, name: string): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/)
  return children.filter((child) => {
    try {
      return child !== '' && readFileSync(`/proc/${child}/comm`, 'utf8').trim() === name
    } catch {
      return false
    }
  }).length
}

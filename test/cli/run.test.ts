import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { analyzeCommand } from '../../src/cli/analyze.js'
import { buildAgent } from '../../src/cli/build-agent.js'
import { runCommand } from '../../src/cli/run.js'
import { loadConfig } from '../../src/config/load-config.js'
import { MemoryOutbox } from '../../src/publish/memory-outbox.js'
import { startEmbeddedBroker } from '../../src/publish/embedded-broker.js'
import { wav16 } from '../capture/build-wav.js'
import { AffectdProcess } from '../support/affectd-process.js'
import { memoryIo } from '../support/memory-io.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { session } from '../support/agent-session.js'
import { receiveNotifications } from '../support/notify-receiver.js'
import { recordingLogger } from '../support/recording-logger.js'
import { skipUnless } from '../support/require-part.js'
import { writeTinyModel } from '../support/tiny-model.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const folder = t.testdir({})
const model = writeTinyModel(folder)
/** To be copied: a source overwrites what it is given. */
const PCM = demoPcm(10)
const SPEECH = join(folder, 'speech.wav')
writeFileSync(
  SPEECH,
  wav16(Float32Array.from({ length: PCM.length / 2 }, (_, i) => PCM.readInt16LE(2 * i) / 32_768)),
)
const START = '2026-11-21T08:00:00.000Z'

/** s16le at 16 kHz. */
function demoPcm(seconds: number): Buffer {
  const bytes = readFileSync(DEMO)
  const start = bytes.indexOf('data') + 8
  return bytes.subarray(start, start + seconds * 32_000)
}

function settings(url: string, protocol = '3.1.1'): string[] {
  return [
    `mqtt.url=${url}`,
    `mqtt.protocol=${protocol}`,
    'device.id=t1',
    `device.state_dir=${mkdtempSync(join(folder, 'state-'))}`,
    `classify.model=${model}`,
    `device.state_dir=${join(folder, 'state')}`,
    `capture.start_time=${START}`,
  ]
}

function asOptions(set: readonly string[]): string[] {
  return set.flatMap((pair) => ['--set', pair])
}

interface Event {
  readonly seq: number
  readonly time: string
  readonly window: object
  readonly probabilities: object
}

function decision({ time, window, probabilities }: Event): object {
  return { time, window, probabilities }
}

function emotions(tap: MqttTap): readonly Event[] {
  return tap.heard
    .filter(({ topic }) => topic === 'affectd/t1/emotion')
    .map(({ payload }) => JSON.parse(payload) as Event)
}

function statuses(tap: MqttTap): readonly (readonly [unknown, unknown])[] {
  return tap.heard
    .filter(({ topic }) => topic === 'affectd/t1/status')
    .map(({ payload }) => JSON.parse(payload) as { state: string; reason: string | null })
    .map(({ state, reason }) => [state, reason])
}

const isOffline = (tap: MqttTap) => (): boolean =>
  tap.heard.some(({ topic, payload }) => topic === 'affectd/t1/status' && payload.includes('"offline"'))

async function analyzed(): Promise<readonly Event[]> {
  const io = memoryIo()
  await analyzeCommand(['--json', SPEECH, '--model', model, '--set', `capture.start_time=${START}`], io)
  return io.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
}

t.test('a file is judged, everything is delivered, and the run ends', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const io = memoryIo()
  const args = ['--source', `file:${SPEECH}?pace=fast`, ...asOptions(settings(broker.url))]
  t.equal(await runCommand(args, io, new AbortController().signal), 0)
  await tap.until(isOffline(tap))

  t.equal(io.stdout, '')
  t.same(statuses(tap).slice(-2), [
    ['online', null],
    ['offline', 'shutdown'],
  ])
  t.match(await tap.first('affectd/t1/info'), {
    device_id: 't1',
    model: { id: 'tiny-8' },
    config_revision: 0,
  })
  t.match(await tap.first('affectd/t1/health'), { outbox_dropped: 0, capture_drops: 0 })
  t.match(await tap.first('affectd/t1/state'), { speaking: Boolean })
  const events = emotions(tap)
  t.same(
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
  )
  t.same(events.map(decision), (await analyzed()).map(decision), 'as analyze says')
})

t.test('stdin gives the decisions of the file', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const loaded = loadConfig({ env: {}, set: [...settings(broker.url), 'capture.source=stdin'] })
  // Pieces that end in the middle of a sample.
  const pieces = Array.from({ length: Math.ceil(PCM.length / 997) }, (_, i) =>
    Buffer.from(PCM.subarray(i * 997, (i + 1) * 997)),
  )
  const agent = await buildAgent(loaded, session({ stdin: () => Readable.from(pieces) }))
  await agent.run(new AbortController().signal)
  await tap.until(isOffline(tap))
  t.same(emotions(tap).map(decision), (await analyzed()).map(decision))
})

t.test('a device is online once it has heard something, and not before', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const loaded = loadConfig({ env: {}, set: [...settings(broker.url), 'capture.source=stdin'] })
  const stdin = new PassThrough()
  const agent = await buildAgent(loaded, session({ stdin: () => stdin }))
  const running = agent.run(new AbortController().signal)
  t.match(await tap.first('affectd/t1/status'), { state: 'degraded', reason: 'starting' })
  stdin.end(Buffer.from(PCM.subarray(0, 6400)))
  await running
  await tap.until(isOffline(tap))
  t.same(statuses(tap), [
    ['degraded', 'starting'],
    ['online', null],
    ['offline', 'shutdown'],
  ])
})

t.test('stdin that ends within a sample exits 66 after delivering what was judged', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const loaded = loadConfig({ env: {}, set: [...settings(broker.url), 'capture.source=stdin'] })
  const stdin = (): Readable => Readable.from([Buffer.from(PCM), Buffer.of(1)])
  const agent = await buildAgent(loaded, session({ stdin }))
  await t.rejects(agent.run(new AbortController().signal), { code: 'INPUT_TRUNCATED', exitCode: 66 })
  await tap.until(isOffline(tap))
  t.equal(emotions(tap).length, (await analyzed()).length)
  t.same(statuses(tap).at(-1), ['offline', 'input_truncated'])
})

t.test('silence gives no event', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const loaded = loadConfig({ env: {}, set: [...settings(broker.url), 'capture.source=stdin'] })
  const stdin = (): Readable => Readable.from([Buffer.alloc(160_000)])
  const agent = await buildAgent(loaded, session({ stdin }))
  await agent.run(new AbortController().signal)
  await tap.until(isOffline(tap))
  t.same(emotions(tap), [])
})

t.test('a ping is answered', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const stop = new AbortController()
  const source = `file:${SPEECH}?pace=realtime&loop=1`
  const running = runCommand(
    ['--source', source, ...asOptions(settings(broker.url))],
    memoryIo(),
    stop.signal,
  )
  await tap.first('affectd/t1/info')
  await tap.client.publishAsync('affectd/t1/request/ping', '{"transaction":"7"}')
  // A run that fails would leave the test waiting for an answer.
  t.match(await Promise.race([tap.first('affectd/t1/response/ping'), running]), {
    transaction: '7',
    status: 'ok',
  })
  stop.abort()
  t.equal(await running, 0)
  await tap.until(isOffline(tap))
})

t.test('a broker that comes late gets everything', skipUnless('mosquitto'), async (t) => {
  const mosquitto = new Mosquitto(await freePort())
  t.teardown(() => mosquitto.remove())
  const log = recordingLogger()
  const set = [...settings(mosquitto.url, '5'), `capture.source=file:${SPEECH}?pace=fast`]
  const agent = await buildAgent(loadConfig({ env: {}, set }), session({ log, outbox: new MemoryOutbox(2) }))
  const running = agent.run(new AbortController().signal)
  await mosquitto.start()
  const tap = await MqttTap.open(mosquitto.url, 'affectd/t1/#')
  t.teardown(() => tap.close())
  await running
  await tap.until(isOffline(tap))
  t.same(emotions(tap).map(decision), (await analyzed()).map(decision), 'the file waited for the full outbox')
})

t.test(
  'what the broker never got is sent by the next run, before its own',
  skipUnless('mosquitto'),
  async (t) => {
    const mosquitto = new Mosquitto(await freePort())
    t.teardown(() => mosquitto.remove())
    const args = asOptions([
      ...settings(mosquitto.url, '5'),
      `device.state_dir=${t.testdir()}`,
      `capture.source=file:${SPEECH}?pace=fast`,
      'log.format=json',
    ])
    const stop = new AbortController()
    const io = memoryIo()
    const first = runCommand(args, io, stop.signal)
    while (!io.stderr.includes('PUBLISH_WAITING')) await new Promise((resolve) => setImmediate(resolve))
    const second = runCommand(args, memoryIo(), stop.signal)
    await t.rejects(second, { code: 'CONFIG_STATE_DIR_IN_USE' }, 'not while the first runs')
    stop.abort()
    await first
    await mosquitto.start()
    const tap = await MqttTap.open(mosquitto.url, 'affectd/t1/#')
    t.teardown(() => tap.close())
    await runCommand(args, memoryIo(), new AbortController().signal)
    await tap.until(isOffline(tap))
    const once = (await analyzed()).map(decision)
    t.same(emotions(tap).map(decision), [...once, ...once])
  },
)

t.test('passwords come from files, and are checked before anything is opened', async (t) => {
  const file = join(folder, 'password')
  writeFileSync(file, '')
  for (const [set, code] of [
    [`mqtt.password_file=${file}`, 'CONFIG_INVALID_VALUE'],
    ['mqtt.password_file=/no/such', 'CONFIG_NOT_FOUND'],
    ['mqtt.ca_file=/no/such', 'CONFIG_NOT_FOUND'],
  ] as const) {
    const args = ['--source', 'stdin', ...asOptions([...settings('mqtt://127.0.0.1:1'), set])]
    await t.rejects(runCommand(args, memoryIo(), new AbortController().signal), { code, exitCode: 78 }, set)
  }
})

t.test('SIGTERM ends the program properly', async (t) => {
  const broker = await startEmbeddedBroker()
  t.teardown(() => broker.close())
  const tap = await MqttTap.open(broker.url, 'affectd/t1/#', { protocolVersion: 4 })
  t.teardown(() => tap.close())
  const source = `file:${SPEECH}?pace=realtime&loop=1`
  const program = new AffectdProcess(['run', '--source', source, ...asOptions(settings(broker.url))])
  await program.until(() => program.stderr.includes('connected to the broker'))
  program.child.kill('SIGTERM')
  t.equal(await program.exited, 0, program.stderr)
  await tap.until(isOffline(tap))
  t.notMatch(program.stderr, /^ +at /m)
})

t.test('systemd is told what is wrong with the settings of a service that does not start', async (t) => {
  const address = `@affectd-run-${process.pid}`
  const receiver = await receiveNotifications(address, 1)
  const env = { NOTIFY_SOCKET: address }
  const wrong = new AffectdProcess(['run', '--set', 'mqtt.keepalive_s=much'], env)
  t.equal(await wrong.exited, 78)
  t.match(await receiver.datagrams(), [/^'STATUS=CONFIG_INVALID_VALUE: .*mqtt\.keepalive_s/])
})

t.test('a missing file is one line and 66, also where no broker is', async (t) => {
  const program = new AffectdProcess([
    'run',
    '--source',
    'file:/no/such.wav',
    ...asOptions([...settings('mqtt://127.0.0.1:1'), 'log.level=silent']),
  ])
  t.equal(await program.exited, 66)
  t.match(program.stderr, /^affectd: INPUT_NOT_FOUND: [^\n]*\n$/)
})

t.test('a reader that has seen enough ends the program quietly', async (t) => {
  const files = Array.from({ length: 30 }, () => SPEECH)
  const program = new AffectdProcess(['analyze', '--json', '--model', model, ...files])
  await program.until(() => program.stdout.includes('\n'))
  program.child.stdout.destroy()
  t.equal(await program.exited, 0)
  t.equal(program.stderr, '')
})

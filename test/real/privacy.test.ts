import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { createMfccExtractor } from '../../src/features/mfcc.js'
import { LeakScanner } from '../support/leak-scanner.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'
import { writtenBytes, WRITING_CALLS } from '../support/written-bytes.js'

const BIN = fileURLToPath(new URL('../../bin/affectd.js', import.meta.url))
const LEAKING = fileURLToPath(new URL('../support/planted-leak.js', import.meta.url))
const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const HEADER_BYTES = 44
/** Loud speech of several windows, with an episode that raises an alert. */
const PLANTED_S = 14
/** Long enough for a window to be judged. */
const SHORT_S = 6
const RULES = { excitement: { score: 'arousal', enter: 0.6, exit: 0.3, within_s: 10 } }

const pcm = readFileSync(DEMO).subarray(HEADER_BYTES, HEADER_BYTES + PLANTED_S * 32_000)
const samples = Int16Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(2 * i))
const { data, frames } = createMfccExtractor().extract(Float32Array.from(samples, (x) => x / 32_768))
const rows = Array.from({ length: frames }, (_, n) =>
  data.subarray(n * FEATURE_PARAMS.nMfcc, (n + 1) * FEATURE_PARAMS.nMfcc),
)
const scanner = new LeakScanner({ samples, rows })

interface Run {
  readonly exit: number | NodeJS.Signals
  readonly stderr: string
  /** Bytes written in all. */
  readonly written: number
  /** What was found, as `fd 2: base64 › s16le`, `file: float32le`. */
  readonly found: readonly string[]
  readonly files: readonly string[]
}

interface Options {
  readonly url: string
  readonly seconds?: number
  /** PLACE:ENCODING; see planted-leak.js. */
  readonly leaks?: string
  /** Sent once so many events were accepted. */
  readonly signal?: readonly [NodeJS.Signals, events: number]
  readonly source?: 'stdin' | 'arecord'
}

/** What a tracer started. */
function tracedPid(tracer: number): number {
  return Number(readFileSync(`/proc/${tracer}/task/${tracer}/children`, 'utf8').trim().split(' ')[0])
}

/** Runs the built agent under strace and searches everything that it wrote, to whatever it was. */
async function run(
  t: Test,
  { url, seconds = SHORT_S, leaks, signal, source = 'stdin' }: Options,
): Promise<Run> {
  const folder = join(t.testdirName, `run-${Math.random().toString(36).slice(2)}`)
  const work = join(folder, 'work')
  mkdirSync(work, { recursive: true })
  const trace = join(folder, 'trace')
  const planted = pcm.subarray(0, seconds * 32_000)
  writeFileSync(join(folder, 'planted.pcm'), planted)
  // Found before the real one: a microphone that hears what was planted, and then nothing.
  writeFileSync(join(folder, 'arecord'), `#!/bin/sh\ncat ${join(folder, 'planted.pcm')}\nexec sleep 600\n`, {
    mode: 0o755,
  })
  const settings = [
    'device.id=planted',
    `device.state_dir=${join(work, 'state')}`,
    `mqtt.url=${url}`,
    'log.level=trace',
    'fatigue.mode=on',
    `alerts.rules=${JSON.stringify(RULES)}`,
  ].flatMap((pair) => ['--set', pair])
  const strace = ['strace', '-f', '--seccomp-bpf', '-e', `trace=${WRITING_CALLS}`, '-xx', '-s', '10000000']
  const node = [process.execPath, ...(leaks === undefined ? [] : ['--import', LEAKING])]
  const command = [...strace, '-o', trace, ...node, BIN, 'run', '--source', source, ...settings]
  const child = spawn('sh', ['-c', 'ulimit -c unlimited; exec "$@"', 'sh', ...command], {
    cwd: work,
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      HOME: work,
      TMPDIR: work,
      // Written through io_uring, bytes would pass strace by.
      UV_USE_IO_URING: '0',
      PLANTED_LEAK: leaks,
      PLANTED_LEAK_FILE: join(work, 'leaked'),
    },
  })
  let stderr = ''
  let isSignalled = signal === undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    // In the midst of speech: gate, outbox and fatigue indicator are full of what was heard.
    if (isSignalled || signal === undefined || stderr.split('event accepted').length <= signal[1]) return
    isSignalled = true
    process.kill(tracedPid(child.pid as number), signal[0])
  })
  child.stdin.on('error', () => undefined)
  if (signal === undefined) child.stdin.end(planted)
  else child.stdin.write(planted)
  const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  const byDescriptor = writtenBytes(readFileSync(trace, 'latin1'))
  const files = readdirSync(work, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const searched: (readonly [string, Buffer])[] = [
    ...[...byDescriptor].map(([fd, bytes]) => [fd === 2 ? 'stderr' : 'written', bytes] as const),
    ...files.map(({ parentPath, name }) => [`file ${name}`, readFileSync(join(parentPath, name))] as const),
  ]
  return {
    exit: killedBy ?? code ?? -1,
    stderr,
    written: [...byDescriptor.values()].reduce((sum, { length }) => sum + length, 0),
    found: searched.flatMap(([where, bytes]) =>
      scanner.scan(bytes).map(({ encoding }) => `${where}: ${encoding}`),
    ),
    files: files.map(({ name }) => name),
  }
}

const needs = {
  ...skipUnless('strace'),
  ...(skipUnless('mosquitto').skip === false ? {} : skipUnless('mosquitto')),
}

t.test('nothing that the agent writes holds a sample or a feature of what it hears', needs, async (t) => {
  t.testdir()
  const broker = new Mosquitto(await freePort())
  await broker.start()
  t.teardown(() => broker.remove())
  const { url } = broker

  await t.test('neither files, logs nor messages, alerts among them', async (t) => {
    t.testdir()
    const tap = await MqttTap.open(url, 'affectd/planted/alert/+')
    const { exit, stderr, written, found, files } = await run(t, { url, seconds: PLANTED_S })
    t.equal(exit, 0, stderr)
    t.match(stderr, /"level":"debug"/, 'it said all that it has to say')
    t.ok(written > 20_000, `${written} bytes were searched`)
    t.ok(files.length > 0, files.join())
    t.same(found, [])
    t.ok(tap.heard.length > 0, 'an alert was among it')
    await tap.close()
  })

  await t.test('a leak into a log line, a file or a message would be found', async (t) => {
    t.testdir()
    const { exit, stderr, found } = await run(t, { url, leaks: 'log:base64,file:float32,mqtt:integers' })
    t.equal(exit, 0, stderr)
    t.ok(found.includes('stderr: base64 › s16le'), found.join())
    t.ok(found.includes('file leaked: float32le'), found.join())
    t.ok(found.includes('written: integers in text'), found.join())
  })

  await t.test('a leak into what a crash says would be found; a crash says nothing of it', async (t) => {
    t.testdir()
    const leaking = await run(t, { url, leaks: 'crash:fractions' })
    t.equal(leaking.exit, 70)
    t.ok(leaking.found.includes('stderr: fractions in text'), leaking.found.join())
    const crash = await run(t, { url, leaks: 'crash:none' })
    t.equal(crash.exit, 70)
    t.match(crash.stderr, /cannot judge no sample/)
    t.same(crash.found, [])
  })

  await t.test('a process that is aborted leaves no audio in a core dump or a report', async (t) => {
    t.testdir()
    const { exit, found } = await run(t, { url, signal: ['SIGABRT', 1] })
    t.equal(exit, 'SIGABRT')
    t.same(found, [])
  })

  await t.test('nor does it with a microphone, beside the pipe that audio comes by', async (t) => {
    t.testdir()
    const { exit, stderr, found } = await run(t, { url, source: 'arecord', signal: ['SIGTERM', 2] })
    t.equal(exit, 0, stderr)
    t.same(found, [])
  })
})

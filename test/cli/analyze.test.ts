import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { analyzeCommand } from '../../src/cli/analyze.js'
import type { EmotionEvent } from '../../src/publish/emotion-event.js'
import { tone, wav16, wavFloat } from '../capture/build-wav.js'
import { memoryIo, type MemoryIo } from '../support/memory-io.js'
import { TINY_LABELS, writeTinyModel } from '../support/tiny-model.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const PROGRAM = fileURLToPath(new URL('../../bin/affectd.js', import.meta.url))
const folder = t.testdir({})
const model = writeTinyModel(folder)

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** Ten seconds of the demo recording: two utterances. */
const SPEECH = write('speech.wav', wav16(demoSamples(0, 10)))
const OTHER = write('other.wav', wav16(demoSamples(24, 34)))
const SILENCE = write('silence.wav', wav16(new Float32Array(48_000)))

function demoSamples(fromS: number, toS: number): Float32Array {
  const bytes = readFileSync(DEMO)
  const start = bytes.indexOf('data') + 8
  return Float32Array.from(
    { length: (toS - fromS) * 16_000 },
    (_, i) => bytes.readInt16LE(start + 2 * (fromS * 16_000 + i)) / 32_768,
  )
}

async function analyze(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<MemoryIo & { status: number }> {
  const io = memoryIo(env)
  const status = await analyzeCommand([...args, '--model', model], io)
  return Object.assign(io, { status })
}

type FileEvent = EmotionEvent & { readonly file: string }

function events(stdout: string): readonly FileEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FileEvent)
}

/** What must agree between two runs over the same audio. */
function decisions(list: readonly EmotionEvent[]): readonly unknown[] {
  return list.map(({ time, window, label, probabilities, arousal, valence, abstained, abstain_reason }) => ({
    time,
    window,
    label,
    probabilities,
    arousal,
    valence,
    abstained,
    abstain_reason,
  }))
}

t.test('--json prints one event a line with the path as given', async (t) => {
  const { stdout, stderr, status } = await analyze(['--json', SPEECH])
  t.equal(status, 0)
  t.equal(stderr, '')
  const list = events(stdout)
  t.ok(list.length >= 2)
  for (const [index, event] of list.entries()) {
    t.match(event, { file: SPEECH, schema: 'affectd.emotion/1', seq: index + 1, model: { id: 'tiny-8' } })
    t.equal(Object.keys(event)[0], 'file')
    t.same(Object.keys(event.probabilities), [...TINY_LABELS])
    const sum = Object.values(event.probabilities).reduce((a, b) => a + b, 0)
    t.ok(Math.abs(sum - 1) <= 1e-6)
    t.equal(event.confidence, Math.max(...Object.values(event.probabilities)))
    t.equal(event.probabilities[event.label], event.confidence)
    t.equal(Date.parse(event.time), Date.parse(event.window.start) + event.window.duration_ms)
    t.match(event.time, /^1970-01-01T00:00:(?:0\d|10)\./)
  }
})

t.test('the same command prints the same bytes', async (t) => {
  const first = await analyze(['--json', SPEECH, OTHER])
  t.equal((await analyze(['--json', SPEECH, OTHER])).stdout, first.stdout)
  const list = events(first.stdout)
  t.equal(new Set(list.map(({ id }) => id)).size, list.length, 'every event has an id of its own')
})

t.test('each file is judged cold, whatever came before', async (t) => {
  const alone = events((await analyze(['--json', OTHER])).stdout)
  const after = events((await analyze(['--json', SPEECH, OTHER])).stdout).filter(({ file }) => file === OTHER)
  t.same(decisions(after), decisions(alone))
})

t.test('--warm carries over what was learnt of the background, and no audio', async (t) => {
  let seed = 1
  const noise = Float32Array.from({ length: 64_000 }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0
    return (seed / 2 ** 31) * 0.1
  })
  const loudRoom = write('room.wav', wav16(noise))
  // Cut so that it begins in the middle of speech.
  const abrupt = write('abrupt.wav', wav16(demoSamples(25, 34)))
  const decided = async (...args: string[]): Promise<EmotionEvent[]> =>
    events((await analyze(['--json', ...args, loudRoom, abrupt])).stdout).filter(
      ({ file }) => file === abrupt,
    )
  const [cold, warm] = [await decided(), await decided('--warm')]
  t.notSame(decisions(warm), decisions(cold))
  for (const { window } of [...cold, ...warm]) t.ok(window.start >= '1970-01-01T00:00:00.000Z', window.start)
})

t.test('--warm carries over what was learnt of the voice, in the order of the files', async (t) => {
  const decided = async (files: readonly string[], ...args: string[]): Promise<readonly unknown[]> => {
    const { stdout } = await analyze(['--json', ...args, ...files])
    return decisions(events(stdout).filter(({ file }) => file === OTHER))
  }
  const mode = (name: string): readonly string[] => ['--set', `affect.adaptation.mode=${name}`]
  const files = [SPEECH, OTHER]
  const warm = await decided(files, '--warm', ...mode('all'))
  const background = await decided(files, '--warm', ...mode('off'))
  t.notSame(warm, background, 'the voice is known')
  t.same(await decided(files, '--warm', ...mode('all')), warm, 'the same files give the same')
  t.notSame(await decided([OTHER, SPEECH], '--warm', ...mode('all')), warm, 'the order counts')
})

t.test('cold, what is configured of adaptation changes not a byte', async (t) => {
  const [all, off] = await Promise.all(
    ['all', 'off'].map((mode) =>
      analyze(['--json', SPEECH, OTHER, '--set', `affect.adaptation.mode=${mode}`]),
    ),
  )
  t.equal(all.stdout, off.stdout)
  const alone = events((await analyze(['--json', OTHER])).stdout)
  t.same(decisions(events(all.stdout).filter(({ file }) => file === OTHER)), decisions(alone))
})

t.test('two different recordings are judged differently', async (t) => {
  const [a] = events((await analyze(['--json', SPEECH])).stdout)
  const [b] = events((await analyze(['--json', OTHER])).stdout)
  t.notSame(a.probabilities, b.probabilities)
})

t.test('capture.start_time gives a recording its own time', async (t) => {
  const { stdout } = await analyze([
    '--json',
    SPEECH,
    '--set',
    'capture.start_time=2026-11-21T09:00:00+01:00',
  ])
  t.match(events(stdout)[0].time, /^2026-11-21T08:00:0/)
})

t.test('silence, clipping, offset and noise get one line that abstains, and no NaN', async (t) => {
  let seed = 1
  const random = (): number => ((seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647) * 2 - 1
  const paths = [
    SILENCE,
    write('offset.wav', wav16(new Float32Array(48_000).fill(0.5))),
    write('clipped.wav', wav16(Float32Array.from({ length: 48_000 }, (_, i) => (i % 100 < 50 ? 1 : -1)))),
    write('noise.wav', wav16(Float32Array.from({ length: 48_000 }, () => 0.2 * random()))),
    write('tone.wav', wav16(tone(440, 16_000, 48_000))),
    write('short.wav', wav16(new Float32Array(10))),
  ]
  const { stdout, status } = await analyze(['--json', ...paths])
  t.equal(status, 0)
  t.notMatch(stdout, /NaN|Infinity|_db":null/)
  const list = events(stdout)
  t.same(
    list.map(({ file, abstained, abstain_reason, label }) => [file, abstained, abstain_reason, label]),
    paths.map((path) => [path, true, 'no_speech', 'neutral']),
  )
  t.match(list[0], {
    window: { duration_ms: 3000, speech_ms: 0, level_dbfs: -120 },
    probabilities: { neutral: 0.3 },
  })
})

t.test('the table has a line for each decision', async (t) => {
  const { stdout } = await analyze([SPEECH, SILENCE])
  const count = events((await analyze(['--json', SPEECH])).stdout).length
  const lines = stdout.trimEnd().split('\n')
  t.equal(lines[0], `${SPEECH} (10.00 s)`)
  t.match(lines[1], /^start_s +end_s +label/)
  t.equal(lines.length, 2 + count + 1 + 3)
  t.match(lines.at(-1), /neutral +0\.30 .* no_speech$/)
})

t.test('a bad file among several costs one line; the others are judged; the status says so', async (t) => {
  const truncated = write('truncated.wav', readFileSync(SPEECH).subarray(0, 5000))
  const text = write('text.wav', Buffer.from('this is no recording at all, is it?'))
  const nan = write('nan.wav', wavFloat(Float32Array.of(0.1, NaN, 0.2)))
  const empty = write('empty.wav', Buffer.alloc(0))
  const { stdout, stderr, status } = await analyze([
    '--json',
    truncated,
    text,
    SPEECH,
    nan,
    empty,
    '/no/such.wav',
  ])
  t.equal(status, 66)
  t.ok(events(stdout).every(({ file }) => file === SPEECH))
  t.ok(events(stdout).length > 0)
  t.same(
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.split(': ').slice(0, 2).join(' ')),
    ['TRUNCATED', 'NOT_WAV', 'NOT_FINITE', 'EMPTY', 'NOT_FOUND'].map((code) => `affectd INPUT_${code}`),
  )
})

t.test('--html writes a report of its own, at once or not at all', async (t) => {
  const out = join(folder, 'report.html')
  const { stdout, status } = await analyze(['--html', out, SPEECH, SILENCE])
  t.equal(status, 0)
  t.equal(stdout, '', 'stdout carries only what was asked for')
  const html = readFileSync(out, 'utf8')
  t.equal((html.match(/<section>/g) ?? []).length, 2)
  t.match(html, '</html>')
  t.same(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  )
})

t.test('without a file that can be judged there is no report, and an old one stays', async (t) => {
  const out = join(folder, 'old.html')
  writeFileSync(out, 'old')
  t.equal((await analyze(['--html', out, '/no/such.wav'])).status, 66)
  t.equal(readFileSync(out, 'utf8'), 'old')
  t.same(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  )
})

t.test('a report never overwrites a recording, nor goes where it cannot', async (t) => {
  const copy = join(folder, 'copy.wav')
  copyFileSync(SPEECH, copy)
  await t.rejects(analyze(['--html', copy, copy]), { code: 'USAGE_OUTPUT', exitCode: 64 })
  t.same(readFileSync(copy), readFileSync(SPEECH))
  await t.rejects(analyze(['--html', '/no/such/folder/x.html', SPEECH]), { code: 'USAGE_OUTPUT' })
  t.notOk(existsSync('/no/such/folder'))
})

t.test('a report replaces nothing but a regular file, and leaves a link a link', async (t) => {
  const real = join(folder, 'real.html')
  const link = join(folder, 'link.html')
  writeFileSync(real, 'old')
  symlinkSync(real, link)
  t.equal((await analyze(['--html', link, SILENCE])).status, 0)
  t.ok(lstatSync(link).isSymbolicLink())
  t.match(readFileSync(real, 'utf8'), '</html>')
  // A pipe stands for a device: should this ever fail, nothing of the machine's own is lost.
  const device = join(folder, 'device')
  execFileSync('mkfifo', [device])
  const dangling = join(folder, 'dangling')
  symlinkSync(join(folder, 'nothing'), dangling)
  for (const path of [device, dangling, folder]) {
    await t.rejects(analyze(['--html', path, SILENCE]), { code: 'USAGE_OUTPUT', exitCode: 64 }, path)
  }
  t.ok(lstatSync(device).isFIFO())
  t.notOk(readdirSync(folder).some((name) => name.endsWith('.tmp')))
})

t.test('Ctrl-C takes a half-written report with it', async (t) => {
  const out = join(folder, 'stopped')
  mkdirSync(out)
  const args = ['analyze', '--model', model, '--html', join(out, 'x.html'), ...Array(200).fill(DEMO)]
  const watcher = watch(out)
  t.teardown(() => watcher.close())
  const child = spawn(process.execPath, [PROGRAM, ...(args as string[])], { stdio: 'ignore' })
  watcher.once('change', () => child.kill('SIGINT'))
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  t.equal(signal, 'SIGINT')
  t.same(readdirSync(out), [])
})

t.test('one flipped bit of a model is refused before anything is judged', async (t) => {
  const damaged = writeTinyModel(t.testdir({}))
  const path = join(damaged, 'weights.bin')
  const bytes = readFileSync(path)
  bytes[3] ^= 4
  writeFileSync(path, bytes)
  const io = memoryIo()
  await t.rejects(analyzeCommand([SPEECH, '--model', damaged], io), { code: 'MODEL_HASH', exitCode: 78 })
  await t.rejects(analyzeCommand([SPEECH, '--model', '/no/model'], io), {
    code: 'MODEL_NOT_FOUND',
    exitCode: 78,
  })
  t.equal(io.stdout, '')
})

t.test('progress is shown on a terminal only, and only when the work is long', async (t) => {
  const io = memoryIo({}, { errIsTty: true })
  await analyzeCommand(['--json', SILENCE, '--model', model], io)
  t.equal(io.stderr, '')
})

t.test('no file, or two kinds of output, is wrong usage', async (t) => {
  await t.rejects(analyze([]), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(analyze([SPEECH, '--json', '--html', 'x']), { code: 'USAGE_ARGUMENTS' })
})

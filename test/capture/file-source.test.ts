import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { AudioSource } from '../../src/capture/audio-source.js'
import { createFileSource } from '../../src/capture/file-source.js'
import { FRAME_MS, FRAME_SAMPLES } from '../../src/units.js'
import { chunk, f32, fmtChunk, riff, tone, wav16, wavFloat } from './build-wav.js'
import { FakePaceClock } from './fake-pace-clock.js'

const open = (path: string, extra: Partial<Parameters<typeof createFileSource>[0]> = {}): AudioSource =>
  createFileSource({ path, pace: 'fast', loop: false, clock: new FakePaceClock(), ...extra })

async function collect(source: AudioSource, maxFrames = Infinity) {
  const controller = new AbortController()
  const starts: number[] = []
  const samples: number[] = []
  for await (const frame of source.frames(controller.signal)) {
    starts.push(frame.startSample)
    samples.push(...frame.samples)
    if (starts.length >= maxFrames) controller.abort()
  }
  return { starts, samples }
}

function fileWith(t: Test, bytes: Uint8Array): string {
  const path = join(t.testdir(), 'x.wav')
  writeFileSync(path, bytes)
  return path
}

t.test('a file gives its samples in frames, the last one padded', async (t) => {
  const samples = tone(300, 16_000, 1_000)
  const source = open(fileWith(t, wavFloat(samples)))
  t.ok(source.canWait)
  t.match(source.name, /^file:.*x\.wav$/)
  const { starts, samples: heard } = await collect(source)
  t.same(starts, [0, 320, 640, 960])
  t.same(heard.slice(0, 1_000), [...samples])
  t.ok(heard.slice(1_000).every((sample) => sample === 0))
})

t.test('a source can be opened again and gives the same', async (t) => {
  const source = open(fileWith(t, wav16(tone(300, 44_100, 3_000), 44_100)))
  t.same(await collect(source), await collect(source))
})

t.test('a 44.1 kHz stereo file comes out at 16 kHz, mono', async (t) => {
  const left = tone(1_000, 44_100, 44_100, 0.8)
  const stereo = Float32Array.from({ length: 88_200 }, (_, i) => (i % 2 === 0 ? left[i >> 1] : 0))
  const bytes = riff([
    fmtChunk({ tag: 3, bits: 32, channels: 2, rateHz: 44_100 }),
    chunk('data', f32(stereo)),
  ])
  const { samples } = await collect(open(fileWith(t, bytes)))
  t.equal(samples.length, 16_000)
  const ideal = tone(1_000, 16_000, 16_000, 0.4)
  t.ok(ideal.slice(400, 15_600).every((sample, i) => Math.abs(sample - samples[i + 400]) < 1e-4))
})

t.test('a loop gives the same frames each time while startSample goes on rising', async (t) => {
  const path = fileWith(t, wav16(tone(300, 44_100, 2_000), 44_100))
  const { samples: once, starts } = await collect(open(path))
  const { samples, starts: loopedStarts } = await collect(open(path, { loop: true }), 3 * starts.length)
  t.same(samples, [...once, ...once, ...once])
  t.same(
    loopedStarts,
    Array.from({ length: 3 * starts.length }, (_, i) => i * FRAME_SAMPLES),
  )
})

t.test('in real time a frame is held back until it would have been heard', async (t) => {
  const clock = new FakePaceClock()
  const beganMs = clock.time
  const { starts } = await collect(
    open(fileWith(t, wav16(new Float32Array(16_000))), { pace: 'realtime', clock }),
  )
  t.equal(clock.time - beganMs, starts.length * FRAME_MS)
})

t.test('aborting ends the stream early, without error', async (t) => {
  const source = open(fileWith(t, wav16(new Float32Array(16_000))))
  t.equal((await collect(source, 3)).starts.length, 3)
  const aborted = []
  for await (const frame of source.frames(AbortSignal.abort())) aborted.push(frame)
  t.same(aborted, [])
})

t.test('a file that cannot be read is refused with its path and a code', async (t) => {
  const dir = t.testdir({ 'empty.wav': '', 'text.wav': 'hello, this is text' })
  const cases = {
    'missing.wav': 'INPUT_NOT_FOUND',
    'text.wav/x.wav': 'INPUT_NOT_FOUND',
    '.': 'INPUT_UNREADABLE',
    'nul\0.wav': 'INPUT_UNREADABLE',
    'empty.wav': 'INPUT_EMPTY',
    'text.wav': 'INPUT_NOT_WAV',
  }
  for (const [name, code] of Object.entries(cases)) {
    const path = join(dir, name)
    await t.rejects(collect(open(path)), { code, exitCode: 66 }, JSON.stringify(name))
  }
  await t.rejects(collect(open('/dev/null')), { code: 'INPUT_UNREADABLE', message: /not a regular file/ })
})

t.test('a file without permission is unreadable', async (t) => {
  const path = fileWith(t, wav16([0]))
  chmodSync(path, 0)
  // Root may read everything, so it steps down for as long as this takes.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    await t.rejects(collect(open(path)), { code: 'INPUT_UNREADABLE', message: /EACCES/ })
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

t.test('the header is validated before the first frame, the samples as they come', async (t) => {
  const truncated = wav16(new Float32Array(10_000)).subarray(0, 15_000)
  await t.rejects(open(fileWith(t, truncated)).frames(AbortSignal.any([]))[Symbol.asyncIterator]().next(), {
    code: 'INPUT_TRUNCATED',
  })
  const broken = new Float32Array(40_000)
  broken[39_999] = NaN
  await t.rejects(collect(open(fileWith(t, wavFloat(broken)))), { code: 'INPUT_NOT_FINITE' })
})

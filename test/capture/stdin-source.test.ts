import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { createStdinSource } from '../../src/capture/stdin-source.js'
import { s16, tone } from './build-wav.js'
import { FakePaceClock } from './fake-pace-clock.js'

const { signal } = new AbortController()
const open = (stream: Readable) => createStdinSource(stream, new FakePaceClock())

/** @returns the samples heard, and what ended the stream */
async function drain(stream: Readable, until = signal): Promise<{ samples: number[]; error?: unknown }> {
  const samples: number[] = []
  try {
    for await (const frame of open(stream).frames(until)) samples.push(...frame.samples)
    return { samples }
  } catch (error) {
    return { samples, error }
  }
}

t.test('bytes cut anywhere become frames', async (t) => {
  const bytes = s16(tone(300, 16_000, 700))
  const expected = Buffer.from(bytes)
  const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4, 903), bytes.subarray(903)]
  const { samples, error } = await drain(Readable.from(pieces))
  t.equal(error, undefined)
  t.equal(samples.length, 960)
  t.same(s16(samples.slice(0, 700)), expected)
})

t.test('a stream that ends mid-sample gives what was whole, then says so', async (t) => {
  const { samples, error } = await drain(Readable.from([s16([0.5, 0.25]), Buffer.from([7])]))
  t.same(samples.slice(0, 3), [0.5, 0.25, 0])
  t.match(error, {
    code: 'INPUT_TRUNCATED',
    exitCode: 66,
    message: /stdin ended in the middle of a sample, after 5/,
  })
})

t.test('a WAV file is refused instead of heard as noise, however it is cut', async (t) => {
  const pieces = [Buffer.from('RI'), Buffer.from('FF\u0000\u0000'), Buffer.alloc(4000)]
  t.match(await drain(Readable.from(pieces)), {
    samples: [],
    error: { code: 'INPUT_BAD_FORMAT', exitCode: 66 },
  })
})

t.test('an empty stream is refused', async (t) => {
  t.match(await drain(Readable.from([])), { samples: [], error: { code: 'INPUT_EMPTY' } })
})

t.test('a stream that fails is unreadable input', async (t) => {
  const failing = new Readable({
    read() {
      this.destroy(new Error('EIO: i/o error'))
    },
  })
  t.match(await drain(failing), { error: { code: 'INPUT_UNREADABLE', message: /EIO/ } })
})

t.test('aborting ends the stream, also while it waits for data', async (t) => {
  const stream = new PassThrough()
  const controller = new AbortController()
  const frames = open(stream).frames(controller.signal)[Symbol.asyncIterator]()
  stream.write(s16(new Float32Array(320)))
  t.notOk((await frames.next()).done)
  const waiting = frames.next()
  controller.abort()
  t.ok((await waiting).done)
  t.ok(stream.destroyed)
})

t.test('an aborted signal opens nothing, and a consumer that leaves closes the stream', async (t) => {
  t.same(await drain(new PassThrough(), AbortSignal.abort()), { samples: [] })
  const stream = new PassThrough()
  stream.write(s16(new Float32Array(640)))
  for await (const frame of open(stream).frames(signal)) {
    t.equal(frame.startSample, 0)
    break
  }
  t.ok(stream.destroyed)
})

import t from 'tap'
import { DEFAULT_LIVE_PARAMS } from '../../../src/capture/live/live-params.js'
import type { CaptureBlock, Recorder, Recording } from '../../../src/capture/live/recorder.js'
import { QUIET_MS, SupervisedSource } from '../../../src/capture/live/supervised-source.js'
import { CaptureError } from '../../../src/errors.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import { createRandom } from '../../../training/src/random.js'
import { FakeClock } from '../../support/fake-clock.js'
import { recordingLogger } from '../../support/recording-logger.js'

const random = createRandom(5)
/** Two seconds of a room, by 20 ms. */
const ROOM = Array.from({ length: 100 }, () => {
  return Int16Array.from({ length: FRAME_SAMPLES }, () => 200 * (random.next() - 0.5))
})
let played = 0

/** The next 20 ms of a room. */
function piece(): Uint8Array {
  return new Uint8Array(ROOM[played++ % ROOM.length].slice().buffer)
}

/** What a recording does: pieces at their times, then what ends it. */
interface Script {
  readonly refuses?: CaptureError
  readonly blocks?: Iterable<CaptureBlock>
  /** Default: it hangs. */
  readonly then?: 'ends' | CaptureError
}

class ScriptedRecorder implements Recorder {
  readonly name = 'test'
  opened = 0
  closed = 0

  constructor(private readonly scripts: readonly Script[]) {}

  record(signal: AbortSignal): Promise<Recording> {
    const script = this.scripts[this.opened++] ?? {
      refuses: new CaptureError('CAPTURE_DEVICE_FAILED', 'no more'),
    }
    if (script.refuses !== undefined) return Promise.reject(script.refuses)
    return Promise.resolve({
      rateHz: SAMPLE_RATE_HZ,
      channels: 1,
      close: () => {
        this.closed++
        return Promise.resolve()
      },
      async *blocks() {
        yield* script.blocks ?? []
        if (script.then === 'ends') return
        if (script.then !== undefined) throw script.then
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        )
      },
    })
  }
}

function* pieces(count: number, fromMs: number, bytes = piece): Generator<CaptureBlock> {
  for (let n = 0; n < count; n++) yield { bytes: bytes(), atMs: fromMs + (n + 1) * 20 }
}

interface Heard {
  readonly source: SupervisedSource
  readonly recorder: ScriptedRecorder
  readonly starts: number[]
  readonly states: string[]
  readonly log: ReturnType<typeof recordingLogger>
  readonly clock: FakeClock
}

/** Runs the source against a clock that moves on whenever nothing else does, until it has moved so far. */
async function hear(scripts: readonly Script[], forMs: number, params = DEFAULT_LIVE_PARAMS): Promise<Heard> {
  const clock = new FakeClock(0)
  const log = recordingLogger()
  const recorder = new ScriptedRecorder(scripts)
  const source = new SupervisedSource(recorder, params, { clock, log, random: () => 1 })
  const states: string[] = []
  source.onChange(() => states.push(`${source.state} ${source.reason}`))
  const starts: number[] = []
  const stop = new AbortController()
  const running = (async () => {
    for await (const { startSample } of source.frames(stop.signal)) starts.push(startSample)
  })()
  while (clock.nowMs() < forMs) {
    for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(250)
  }
  stop.abort()
  await running
  t.equal(clock.timers, 0, 'no timer is left')
  return { source, recorder, starts, states, log, clock }
}

const unplugged = new CaptureError('CAPTURE_DEVICE_FAILED', 'unplugged')

t.test('frames follow on each other while the device gives them', async (t) => {
  const { starts, states, recorder } = await hear([{ blocks: pieces(100, 0) }], 500)
  t.same(
    starts,
    Array.from({ length: 100 }, (_, n) => n * FRAME_SAMPLES),
  )
  t.same(states, ['healthy null'])
  t.equal(recorder.closed, 1)
})

t.test('a device that goes away is opened anew, and the time without it is a gap', async (t) => {
  const { source, starts, states, log } = await hear(
    [{ blocks: pieces(50, 0), then: unplugged }, { refuses: unplugged }, { blocks: pieces(50, 4000) }],
    3000,
  )
  t.same(
    starts.slice(0, 50),
    Array.from({ length: 50 }, (_, n) => n * FRAME_SAMPLES),
  )
  t.equal(starts[50], 4 * SAMPLE_RATE_HZ, 'four seconds after the start')
  t.same(states, ['healthy null', 'recovering capture_device_failed', 'healthy null'])
  t.equal(log.lines.filter(({ level }) => level === 'warn').length, 1, 'one warning, however long it lasts')
  t.match(source.counts, {
    receivedSamples: 100 * FRAME_SAMPLES,
    lostSamples: 0,
    gapSamples: 48_000,
    restarts: 2,
  })
})

t.test('a device that hangs is stalled within seconds, ended and opened anew', async (t) => {
  const { states, recorder } = await hear(
    [{ blocks: pieces(10, 0) }, { blocks: pieces(10, 5000) }],
    QUIET_MS + 2000,
  )
  t.same(states, ['healthy null', 'stalled capture_stalled', 'recovering capture_stalled', 'healthy null'])
  t.equal(recorder.closed, 2)
})

t.test('one that cannot be opened again and again has failed, and is tried for ever', async (t) => {
  const { states, recorder } = await hear(
    [...Array.from({ length: 20 }, () => ({ refuses: unplugged })), { blocks: pieces(5, 0) }],
    100_000,
  )
  t.same(states.slice(0, 3), [
    'recovering capture_device_failed',
    'failed capture_device_failed',
    'healthy null',
  ])
  t.equal(recorder.opened >= 21, true)
})

t.test('a signal that no room gives is told until it is good again', async (t) => {
  const zeros = (): Uint8Array => new Uint8Array(2 * FRAME_SAMPLES)
  function* muted(): Generator<CaptureBlock> {
    yield* pieces(10, 0)
    yield* pieces(60, 200, zeros)
    yield* pieces(10, 1400)
  }
  const { states, starts } = await hear([{ blocks: muted() }], 500, {
    ...DEFAULT_LIVE_PARAMS,
    faultAfterS: 1,
  })
  t.same(states, ['healthy null', 'stalled digital_silence', 'healthy null'])
  t.equal(starts.length, 80, 'it is heard all the same')
})

t.test('audio that is missing while the device goes on costs its own frames, no more', async (t) => {
  function* overrun(): Generator<CaptureBlock> {
    yield* pieces(300, 0)
    yield* pieces(300, 6000 + 500)
  }
  const { source, starts, states } = await hear([{ blocks: overrun() }], 500)
  t.same(states, ['healthy null'])
  t.equal(source.counts.lostSamples, 25 * FRAME_SAMPLES)
  t.equal(starts.at(-1), (599 + 25) * FRAME_SAMPLES)
})

t.test('an hour with stalls and losses adds up exactly, and a fast clock is told', async (t) => {
  const ppm = 200
  const chance = createRandom(9)
  const scripts: Script[] = []
  let atMs = 0
  let received = 0
  while (atMs < 3_600_000) {
    const blocks: CaptureBlock[] = []
    const count = 5000 + chance.below(20_000)
    let late = 0
    for (let n = 0; n < count; n++) {
      atMs += 20 / (1 + ppm * 1e-6)
      // Missed by the device, which goes on.
      if (chance.next() < 1e-4) atMs += 200 + chance.below(800)
      late = Math.max(0, late - 20) + (chance.next() < 0.05 ? chance.below(60) : 0)
      blocks.push({ bytes: piece(), atMs: atMs + late })
    }
    received += count
    scripts.push({ blocks, then: unplugged })
    atMs += 1000 + chance.below(30_000)
  }
  const { source, starts } = await hear(scripts, 5000 * scripts.length)
  const { receivedSamples, lostSamples, gapSamples, restarts, driftPpm } = source.counts
  t.equal(receivedSamples, received * FRAME_SAMPLES)
  t.equal(starts.length, received)
  const expected = (starts.at(-1) as number) + FRAME_SAMPLES
  t.equal(receivedSamples + lostSamples + gapSamples, expected)
  t.ok(lostSamples > 0 && gapSamples > 0 && restarts >= scripts.length)
  const elapsedSamples =
    (Number((scripts.at(-1)?.blocks as CaptureBlock[]).at(-1)?.atMs) * SAMPLE_RATE_HZ) / 1000
  // Within what a clock that is 200 ppm fast gains between two gaps, and half a frame for each.
  t.ok(
    Math.abs(expected - elapsedSamples) < 0.1 * SAMPLE_RATE_HZ,
    `${expected - elapsedSamples} samples astray`,
  )
  t.ok(driftPpm !== null && Math.abs(driftPpm - ppm) < 20, `${driftPpm} ppm`)
})

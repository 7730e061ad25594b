import t from 'tap'
import { systemPaceClock } from '../../src/capture/pace-clock.js'
import { Pacer } from '../../src/capture/pacer.js'
import { FRAME_MS, FRAME_SAMPLES } from '../../src/units.js'
import { FakePaceClock } from './fake-pace-clock.js'

const SAMPLES = new Float32Array(FRAME_SAMPLES)
const frame = (index: number) => ({ samples: SAMPLES, startSample: index * FRAME_SAMPLES })
const { signal } = new AbortController()

t.test('a frame is due when its last sample would have been heard', async (t) => {
  const clock = new FakePaceClock()
  const pacer = new Pacer('realtime', clock)
  for (let i = 0; i < 100; i++) {
    await pacer.whenDue(frame(i), signal)
    t.equal(clock.time, 5_000 + (i + 1) * FRAME_MS)
  }
})

t.test('timers that wake late do not add up to drift', async (t) => {
  const clock = new FakePaceClock()
  const pacer = new Pacer('realtime', clock)
  for (let i = 0; i < 1_000; i++) {
    await pacer.whenDue(frame(i), signal)
    clock.time += 1.7
  }
  t.ok(clock.time - (5_000 + 1_000 * FRAME_MS) < 2)
})

t.test('a consumer that fell behind catches up without waiting, yet lets I/O have its turn', async (t) => {
  const clock = new FakePaceClock()
  const pacer = new Pacer('realtime', clock)
  await pacer.whenDue(frame(0), signal)
  clock.time += 100 * FRAME_MS
  for (let i = 1; i <= 100; i++) await pacer.whenDue(frame(i), signal)
  t.equal(clock.sleeps.length, 1)
  t.equal(clock.yields, 2)
  await pacer.whenDue(frame(101), signal)
  t.equal(clock.sleeps.length, 2)
})

t.test('fast never sleeps and yields once a second of audio', async (t) => {
  const clock = new FakePaceClock()
  const pacer = new Pacer('fast', clock)
  for (let i = 0; i < 500; i++) await pacer.whenDue(frame(i), signal)
  t.same(clock.sleeps, [])
  t.equal(clock.yields, 10)
})

t.test("the machine's clock: aborting ends a sleep at once, and I/O is let through", async (t) => {
  const controller = new AbortController()
  const sleeping = systemPaceClock.sleep(3_600_000, controller.signal)
  controller.abort()
  await sleeping
  await systemPaceClock.sleep(3_600_000, controller.signal)
  let hadTurn = false
  setImmediate(() => (hadTurn = true))
  await systemPaceClock.yieldToIo()
  t.ok(hadTurn)
  t.ok(systemPaceClock.nowMs() <= systemPaceClock.nowMs())
})

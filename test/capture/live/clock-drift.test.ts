import fc from 'fast-check'
import t from 'tap'
import { ClockDrift } from '../../../src/capture/live/clock-drift.js'

const RATE_HZ = 16_000

interface Source {
  readonly ppm: number
  readonly seed: number
  readonly periodSamples?: number
}

/**
 * Chunks of a device's period, late by what a scheduler makes of it: mostly some milliseconds, at times 200, and
 * never before a chunk that was sent earlier.
 */
class JitteryDevice {
  samples = 0
  /** Of the device's own clock, in samples: goes on in a gap. */
  private position = 0
  private lastArrivalMs = 0
  private state: number

  constructor(private readonly source: Source) {
    this.state = source.seed >>> 0 || 1
  }

  play(drift: ClockDrift, seconds: number): void {
    const { periodSamples = 320 } = this.source
    const until = this.position + seconds * RATE_HZ
    while (this.position < until) {
      this.position += periodSamples
      this.samples += periodSamples
      const lateMs = this.random() < 0.02 ? 200 * this.random() : 1 - 8 * Math.log(1 - this.random())
      const arrivalMs = Math.max(this.lastArrivalMs, this.dueMs() + Math.min(200, lateMs))
      this.lastArrivalMs = arrivalMs
      drift.observe(this.samples, arrivalMs)
    }
  }

  pause(seconds: number): void {
    this.position += seconds * RATE_HZ
  }

  private dueMs(): number {
    return 5_000_000 + (this.position * 1000) / (RATE_HZ * (1 + this.source.ppm / 1e6))
  }

  /** xorshift32 */
  private random(): number {
    this.state ^= this.state << 13
    this.state ^= this.state >>> 17
    this.state = (this.state ^ (this.state << 5)) >>> 0
    return this.state / 2 ** 32
  }
}

t.test('a source that is fast or slow is known to 10 ppm after five minutes', async (t) => {
  for (const ppm of [-1000, -50, 0, 50, 200, 1000]) {
    for (const periodSamples of [160, 320, 2_000]) {
      for (let seed = 1; seed <= 10; seed++) {
        const drift = new ClockDrift(RATE_HZ)
        new JitteryDevice({ ppm, seed: seed * 7919, periodSamples }).play(drift, 300)
        const found = drift.ppm ?? NaN
        if (!(Math.abs(found - ppm) <= 10))
          t.fail(`${found} for ${ppm} ppm, period ${periodSamples}, ${seed}`)
      }
    }
  }
  t.pass()
})

t.test('nothing is said before two minutes', async (t) => {
  const drift = new ClockDrift(RATE_HZ)
  const device = new JitteryDevice({ ppm: 200, seed: 5 })
  device.play(drift, 115)
  t.equal(drift.ppm, null)
  device.play(drift, 20)
  t.ok(Math.abs((drift.ppm ?? NaN) - 200) < 20, `${drift.ppm}`)
})

t.test('a gap does not disturb it, be its length known or not', async () => {
  await fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.double({ min: 0.1, max: 600, noNaN: true }),
      fc.integer({ min: -8_000, max: 8_000 }),
      (seed, gapS, errorSamples) => {
        const drift = new ClockDrift(RATE_HZ)
        const device = new JitteryDevice({ ppm: 200, seed })
        device.play(drift, 200)
        device.pause(gapS)
        drift.noteGap(Math.round(gapS * RATE_HZ) + errorSamples)
        if (!(Math.abs((drift.ppm ?? NaN) - 200) <= 15)) return false
        device.play(drift, 200)
        return Math.abs((drift.ppm ?? NaN) - 200) <= 10
      },
    ),
    { numRuns: 60 },
  )
})

t.test('what was known holds while gaps come too often to learn anew', async (t) => {
  const drift = new ClockDrift(RATE_HZ)
  const device = new JitteryDevice({ ppm: -50, seed: 9 })
  device.play(drift, 300)
  for (let n = 0; n < 200; n++) {
    device.pause(1)
    drift.noteGap(RATE_HZ)
    device.play(drift, 15)
  }
  t.ok(Math.abs((drift.ppm ?? NaN) + 50) <= 10, `${drift.ppm}`)
})

t.test('a device that was early or late for a while moves it little', async (t) => {
  const drift = new ClockDrift(RATE_HZ)
  const device = new JitteryDevice({ ppm: 0, seed: 3 })
  // The buffer of a device that had been running arrives at once.
  drift.observe(3_200, 5_000_000)
  device.samples = 0
  device.play(drift, 300)
  t.ok(Math.abs(drift.ppm ?? NaN) < 20, `${drift.ppm}`)
})

t.test('it follows a clock that changes', async (t) => {
  const drift = new ClockDrift(RATE_HZ)
  const source = { ppm: 20, seed: 11 }
  new JitteryDevice(source).play(drift, 700)
  drift.noteGap(0)
  new JitteryDevice({ ...source, ppm: 80 }).play(drift, 700)
  t.ok(Math.abs((drift.ppm ?? NaN) - 80) <= 10, `${drift.ppm}`)
})

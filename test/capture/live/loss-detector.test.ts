import t from 'tap'
import { LossDetector } from '../../../src/capture/live/loss-detector.js'
import { createRandom } from '../../../training/src/random.js'

const PIECE = 320

interface Scenario {
  /** Pieces that never arrive. */
  readonly lost?: (piece: number) => boolean
  readonly ppm?: number
  readonly seconds: number
  /** Most that a piece comes late, ms. */
  readonly jitterMs?: number
}

/** Samples that the detector says were lost. */
function detected({ lost = () => false, ppm = 0, seconds, jitterMs = 40 }: Scenario): number {
  const random = createRandom(1)
  const detector = new LossDetector()
  let total = 0
  let latestMs = 0
  for (let piece = 0; piece < seconds * 50; piece++) {
    if (lost(piece)) continue
    const dueMs = ((piece + 1) * 20) / (1 + ppm * 1e-6)
    // Late now and then, never before one that came earlier.
    latestMs = Math.max(latestMs, dueMs + (random.next() < 0.02 ? random.next() * jitterMs : 0))
    total += detector.observe(PIECE, latestMs)
  }
  return total
}

t.test('pieces that come late are not lost, nor is a clock that runs fast or slow a loss', async (t) => {
  for (const ppm of [0, 200, -200, 1000]) t.equal(detected({ ppm, seconds: 600 }), 0, `${ppm} ppm`)
  t.equal(detected({ seconds: 60, jitterMs: 400 }), 0)
})

t.test('what is missing is told to the frame, once', async (t) => {
  const middle = (piece: number): boolean => piece >= 1000 && piece < 1025
  t.equal(detected({ lost: middle, seconds: 60, jitterMs: 0 }), 25 * PIECE)
  const jittered = detected({ lost: middle, seconds: 60 })
  t.ok(Math.abs(jittered - 25 * PIECE) <= PIECE, String(jittered))
})

t.test('several losses add up; the last is not yet known', async (t) => {
  const often = (piece: number): boolean => piece % 1000 >= 990
  t.equal(detected({ lost: often, seconds: 120, jitterMs: 0 }), 5 * 10 * PIECE)
})

t.test('after a reset what was before is no loss', async (t) => {
  const detector = new LossDetector()
  for (let n = 1; n <= 500; n++) detector.observe(PIECE, n * 20)
  detector.reset()
  let lost = 0
  for (let n = 1; n <= 500; n++) lost += detector.observe(PIECE, 60_000 + n * 20)
  t.equal(lost, 0)
})

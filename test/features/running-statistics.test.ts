import fc from 'fast-check'
import t from 'tap'

import { ShapeError } from '../../src/errors.js'
import {
  createFeatureStatistics,
  measureInto,
  type FeatureStatistics,
} from '../../src/features/feature-statistics.js'
import { createModelInput } from '../../src/features/model-input.js'
import { normaliseInto } from '../../src/features/normalise.js'
import { foldInto } from '../../src/features/running-statistics.js'
import { noise } from './signals.js'

const WIDTH = 3

/** Windows with a level and a spread of their own, as voices have. */
const someWindows = fc
  .array(
    fc.record({
      frames: fc.integer({ min: 1, max: 300 }),
      gain: fc.float({ min: Math.fround(0.1), max: 30, noNaN: true }),
      offset: fc.float({ min: -200, max: 200, noNaN: true }),
      seed: fc.integer({ min: 0, max: 1e6 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((windows) =>
    windows.map(({ frames, gain, offset, seed }) =>
      noise(frames * WIDTH, 1, seed).map((x) => x * gain + offset),
    ),
  )

function measured(matrix: Float32Array): FeatureStatistics {
  const statistics = createFeatureStatistics(WIDTH)
  measureInto(matrix, matrix.length / WIDTH, statistics)
  return statistics
}

function folded(windows: readonly Float32Array[], maxFrames: number): FeatureStatistics {
  const history = createFeatureStatistics(WIDTH)
  for (const window of windows) foldInto(history, measured(window), maxFrames)
  return history
}

function joined(windows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(windows.flatMap((window) => Array.from(window)))
}

/** In float64: the least offset of a mean is a small part of the spread about it. */
function isClose(a: FeatureStatistics, b: FeatureStatistics): boolean {
  return a.mean.every((mean, c) => {
    const spread = Math.sqrt(b.variance[c]!) + 1e-2
    return (
      Math.abs(mean - b.mean[c]!) < 1e-3 * spread + 1e-4 &&
      Math.abs(a.variance[c]! - b.variance[c]!) < 1e-3 * spread * spread
    )
  })
}

/** The arithmetic as it was before there were histories, kept to hold the cold bits. */
function normalisedCold(matrix: Float32Array, frames: number, width: number): Float32Array {
  const f32 = Math.fround
  const out = new Float32Array(matrix.length)
  for (let c = 0; c < width; c++) {
    let sum = 0
    for (let i = c; i < matrix.length; i += width) sum = f32(sum + f32(matrix[i]! - matrix[c]!))
    const mean = f32(matrix[c]! + f32(sum / frames))
    let squares = 0
    for (let i = c; i < matrix.length; i += width) {
      const d = f32(matrix[i]! - mean)
      squares = f32(squares + f32(d * d))
    }
    const gain = f32(1 / f32(Math.sqrt(f32(f32(squares / frames) + f32(1e-5)))))
    for (let i = c; i < matrix.length; i += width) out[i] = f32(matrix[i]! - mean) * gain
  }
  return out
}

t.test('windows folded one by one have the statistics of their concatenation', async () => {
  fc.assert(
    fc.property(someWindows, (windows) => {
      const all = joined(windows)
      const history = folded(windows, 1e6)
      return history.frames === all.length / WIDTH && isClose(history, measured(all))
    }),
  )
})

t.test('a history never counts more frames than it may, and its variance is never negative', async () => {
  fc.assert(
    fc.property(someWindows, fc.integer({ min: 1, max: 500 }), (windows, maxFrames) => {
      const history = createFeatureStatistics(WIDTH)
      return windows.every((window) => {
        foldInto(history, measured(window), maxFrames)
        return (
          history.frames <= maxFrames &&
          Number.isInteger(history.frames) &&
          history.frames >= Math.min(maxFrames, window.length / WIDTH) &&
          history.variance.every((v) => v >= 0)
        )
      })
    }),
  )
})

t.test('beyond its bound a history forgets: another voice takes its place', async (t) => {
  const [old, next] = [-40, 25].map((offset, seed) => noise(100 * WIDTH, 1, seed).map((x) => x + offset))
  const windows = [...Array<Float32Array>(20).fill(old!), ...Array<Float32Array>(20).fill(next!)]
  const history = folded(windows, 300)
  t.equal(history.frames, 300)
  // (2/3)^20 of the old voice is left: 0.0003 of the 65 between the two.
  t.ok(history.mean.every((mean, c) => Math.abs(mean - measured(next!).mean[c]!) < 0.05))
})

t.test('without a history, and with one of no frames, the bits are those of the window alone', async () => {
  const empty = createFeatureStatistics(WIDTH)
  empty.mean.fill(7)
  empty.variance.fill(3)
  fc.assert(
    fc.property(someWindows, ([matrix]) => {
      const frames = matrix!.length / WIDTH
      const expected = Buffer.from(normalisedCold(matrix!, frames, WIDTH).buffer)
      return [undefined, empty].every((history) => {
        const out = new Float32Array(matrix!.length)
        normaliseInto(matrix!, frames, WIDTH, out, history)
        return Buffer.from(out.buffer).equals(expected)
      })
    }),
  )
})

t.test('with a history a window is normalised as the end of everything heard', async () => {
  fc.assert(
    fc.property(someWindows, (windows) => {
      const last = windows.at(-1)!
      const history = folded(windows.slice(0, -1), 1e6)
      const before = structuredClone(history)
      const own = createFeatureStatistics(WIDTH)
      const out = new Float32Array(last.length)
      normaliseInto(last, last.length / WIDTH, WIDTH, out, history, own)
      const all = joined(windows)
      const together = new Float32Array(all.length)
      normaliseInto(all, all.length / WIDTH, WIDTH, together)
      const { variance } = measured(all)
      return (
        isClose(own, measured(last)) &&
        own.frames === last.length / WIDTH &&
        before.mean.every((mean, c) => mean === history.mean[c]) &&
        out.every(
          (x, i) =>
            variance[i % WIDTH]! < 1e-2 ||
            Math.abs(x - together[all.length - out.length + i]!) < 5e-3 * (1 + Math.abs(x)),
        )
      )
    }),
  )
})

t.test('model input takes a history and tells the statistics of the window', async (t) => {
  const modelInput = createModelInput()
  const { nMfcc } = modelInput.params
  const [first, second] = [noise(16_000, 0.3, 1), noise(24_000, 0.02, 2)]
  const [cold, warm, again] = Array.from({ length: 3 }, () => new Float32Array(modelInput.length))
  const [own, history] = [createFeatureStatistics(nMfcc), createFeatureStatistics(nMfcc)]
  modelInput.modelInputInto(second, cold!, history)
  modelInput.modelInputInto(first, again!, undefined, own)
  t.equal(own.frames, 49)
  foldInto(history, own, 3000)
  modelInput.modelInputInto(second, warm!, history, own)
  t.equal(own.frames, 74)
  // 26 dB quieter than what was heard before: the first coefficient, the level, says so only when warm.
  const level = (input: Float32Array): number =>
    input.reduce((sum, x, i) => sum + (i % nMfcc === 0 ? x / 148 : 0), 0)
  t.ok(Math.abs(level(cold!)) < 0.1 && level(warm!) < -0.3, `${level(cold!)} ${level(warm!)}`)
  modelInput.modelInputInto(second, again!)
  t.ok(
    again!.every((x, i) => x === cold![i]),
    'nothing is kept from call to call',
  )
  t.throws(() => modelInput.modelInputInto(first, cold!, createFeatureStatistics(3)), ShapeError)
  t.throws(() => modelInput.modelInputInto(first, cold!, undefined, createFeatureStatistics(3)), ShapeError)
})

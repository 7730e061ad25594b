import fc from 'fast-check'
import t from 'tap'

import { ShapeError } from '../../src/errors.js'
import { deltaInto } from '../../src/features/delta.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { fitFramesInto } from '../../src/features/fit-frames.js'
import { createMfccExtractor } from '../../src/features/mfcc.js'
import { createModelInput, MIN_MODEL_FRAMES } from '../../src/features/model-input.js'
import { normaliseInto } from '../../src/features/normalise.js'
import { noise } from './signals.js'

/** Samples of exactly so many frames. */
const samplesOf = (frames: number) => 512 + (frames - 1) * 320

t.test('normalised coefficients have mean 0 and variance 1, whatever their scale and offset', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 400 }),
      fc.float({ min: Math.fround(0.5), max: 30, noNaN: true }),
      fc.float({ min: -200, max: 200, noNaN: true }),
      fc.integer({ min: 0, max: 1e6 }),
      (frames, gain, offset, seed) => {
        const matrix = noise(frames * 3, 1, seed).map((x) => x * gain + offset)
        normaliseInto(matrix, frames, 3, matrix)
        return [0, 1, 2].every((c) => {
          const track = matrix.filter((_, i) => i % 3 === c)
          const mean = track.reduce((sum, x) => sum + x, 0) / frames
          const variance = track.reduce((sum, x) => sum + (x - mean) ** 2, 0) / frames
          return Math.abs(mean) < 1e-3 && Math.abs(variance - 1) < 2e-3
        })
      },
    ),
  )
})

t.test('normalisation turns a coefficient that does not move into exactly 0', async (t) => {
  const matrix = new Float32Array(150 * 2).fill(Math.fround(-184.2068))
  const out = new Float32Array(matrix.length).fill(NaN)
  normaliseInto(matrix, 150, 2, out)
  t.ok(out.every((x) => x === 0))
})

t.test('a longer matrix keeps its last rows, a shorter one starts again', async (t) => {
  const matrix = Float32Array.from({ length: 10 }, (_, i) => i)
  const out = new Float32Array(6)
  fitFramesInto(matrix, 5, 2, 3, out)
  t.strictSame(Array.from(out), [4, 5, 6, 7, 8, 9])
  fitFramesInto(matrix, 2, 2, 3, out)
  t.strictSame(Array.from(out), [0, 1, 2, 3, 0, 1])
  fitFramesInto(matrix, 3, 2, 3, out)
  t.strictSame(Array.from(out), [0, 1, 2, 3, 4, 5])
})

t.test('model input is extract, then normalise over every frame, then fit', async (t) => {
  const modelInput = createModelInput()
  const input = new Float32Array(modelInput.length)
  for (const frames of [MIN_MODEL_FRAMES, 60, 148, 200, 30]) {
    const samples = noise(samplesOf(frames) + 100, 0.3, frames)
    const { data } = createMfccExtractor().extract(samples)
    normaliseInto(data, frames, 40, data)
    const expected = new Float32Array(modelInput.length)
    fitFramesInto(data, frames, 40, FEATURE_PARAMS.decisionFrames, expected)
    t.equal(modelInput.modelInputInto(samples, input), true)
    t.strictSame(input, expected, `${frames} frames`)
  }
})

t.test('model input refuses a window that is too short and a buffer of another size', async (t) => {
  const modelInput = createModelInput()
  const input = new Float32Array(modelInput.length).fill(7)
  t.equal(modelInput.modelInputInto(noise(samplesOf(MIN_MODEL_FRAMES) - 1, 1), input), false)
  t.ok(
    input.every((x) => x === 7),
    'nothing was written',
  )
  t.throws(() => modelInput.modelInputInto(noise(16_000, 1), new Float32Array(10)), ShapeError)
})

t.test('model input of digital silence is all zeros', async (t) => {
  const modelInput = createModelInput()
  const input = new Float32Array(modelInput.length).fill(NaN)
  t.equal(modelInput.modelInputInto(new Float32Array(16_000), input), true)
  t.ok(input.every((x) => x === 0))
})

t.test('delta of a straight line is its slope, and of a constant 0', async (t) => {
  const matrix = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? (i / 2) * 0.5 : 4))
  const out = new Float32Array(20)
  deltaInto(matrix, 10, 2, out)
  for (let frame = 2; frame < 8; frame++) t.equal(out[2 * frame], 0.5)
  for (let frame = 0; frame < 10; frame++) t.equal(out[2 * frame + 1], 0)
  t.equal(out[0], Math.fround(0.25), 'the first row stands for those before it')
  deltaInto(matrix, 1, 2, out)
  t.equal(out[0], 0, 'one frame does not move')
})

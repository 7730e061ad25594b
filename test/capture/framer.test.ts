import fc from 'fast-check'
import t from 'tap'
import { Framer } from '../../src/capture/framer.js'
import { FRAME_SAMPLES } from '../../src/units.js'

function ramp(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (i + 1) / 1e5)
}

function framesOf(pieces: readonly Float32Array[]): { startSample: number; samples: number[] }[] {
  const framer = new Framer()
  const frames = []
  for (const piece of pieces) {
    for (const { startSample, samples } of framer.push(piece))
      frames.push({ startSample, samples: [...samples] })
  }
  for (const { startSample, samples } of framer.flush()) frames.push({ startSample, samples: [...samples] })
  return frames
}

t.test('frames hold every sample in order and the last is padded with zeros', async (t) => {
  const frames = framesOf([ramp(FRAME_SAMPLES * 2 + 1)])
  t.same(
    frames.map(({ startSample }) => startSample),
    [0, FRAME_SAMPLES, 2 * FRAME_SAMPLES],
  )
  const all = frames.flatMap(({ samples }) => samples)
  t.same(all.slice(0, FRAME_SAMPLES * 2 + 1), [...ramp(FRAME_SAMPLES * 2 + 1)])
  t.ok(all.slice(FRAME_SAMPLES * 2 + 1).every((sample) => sample === 0))
  t.equal(all.length, 3 * FRAME_SAMPLES)
})

t.test('a stream of whole frames gets no padding, an empty one no frame', async (t) => {
  t.equal(framesOf([ramp(2 * FRAME_SAMPLES)]).length, 2)
  t.equal(framesOf([]).length, 0)
})

t.test('framing does not depend on how the samples are cut', async () => {
  await fc.assert(
    fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (sizes) => {
      const whole = ramp(sizes.reduce((sum, size) => sum + size, 0))
      let start = 0
      const pieces = sizes.map((size) => whole.subarray(start, (start += size)))
      return JSON.stringify(framesOf(pieces)) === JSON.stringify(framesOf([whole]))
    }),
  )
})

t.test('frames share one buffer', async (t) => {
  const seen = new Set<Float32Array>()
  for (const frame of new Framer().push(ramp(5 * FRAME_SAMPLES))) seen.add(frame.samples)
  t.equal(seen.size, 1)
})

import fc from 'fast-check'
import t from 'tap'
import { SignalFaults, type SignalFault } from '../../../src/capture/live/signal-faults.js'
import { tone } from '../build-wav.js'

const RATE_HZ = 1_000

function faults(faultAfterS = 60): SignalFaults {
  return new SignalFaults({ sampleRateHz: RATE_HZ, faultAfterS })
}

function constant(value: number, samples: number): Float32Array {
  return new Float32Array(samples).fill(value)
}

const voice = tone(37, RATE_HZ, 2 * RATE_HZ, 0.3)
/** What a microphone with far too much gain delivers. */
const clipped = tone(37, RATE_HZ, 20 * RATE_HZ, 20).map((x) => Math.max(-1, Math.min(32_767 / 32_768, x)))

t.test('exact zeros are a fault after as long as is set, to the sample', async (t) => {
  for (const seconds of [1, 60, 3600]) {
    const watch = faults(seconds)
    t.equal(watch.observe(constant(0, seconds * RATE_HZ - 1)), null)
    t.equal(watch.observe(constant(0, 1)), 'digital_silence')
    t.equal(watch.fault, 'digital_silence')
    t.equal(watch.observe(constant(2 ** -15, 1)), null, 'cleared by the first other sample')
  }
})

t.test('with 0 zeros are never a fault, and a stuck value still is', async (t) => {
  const watch = faults(0)
  t.equal(watch.observe(constant(0, 7200 * RATE_HZ)), null)
  t.equal(watch.observe(constant(0.1, 5 * RATE_HZ)), 'stuck')
})

t.test('silence with a single bit of noise is no fault', async (t) => {
  const watch = faults()
  const dither = constant(0, 120 * RATE_HZ)
  for (let i = 0; i < dither.length; i += 1_500) dither[i] = 2 ** -15
  t.equal(watch.observe(dither), null)
})

t.test('a value that stays for five seconds is a fault, to the sample', async (t) => {
  for (const value of [-1, 0.25, 2 ** -15]) {
    const watch = faults()
    t.equal(watch.observe(constant(value, 5 * RATE_HZ - 1)), null)
    t.equal(watch.observe(constant(value, 1)), 'stuck')
    t.equal(watch.observe(voice), null)
  }
})

t.test('permanent clipping is a fault after ten seconds and clears within half a second', async (t) => {
  const watch = faults()
  t.equal(watch.observe(clipped.subarray(0, 9 * RATE_HZ)), null)
  t.equal(watch.observe(clipped.subarray(9 * RATE_HZ, 10 * RATE_HZ)), 'clipping')
  t.equal(watch.observe(voice.subarray(0, 0.6 * RATE_HZ)), null)
})

t.test('loud speech that clips now and then is no fault', async (t) => {
  const watch = faults()
  const found = new Set<SignalFault | null>()
  for (let n = 0; n < 60; n++) {
    found.add(watch.observe(clipped.subarray(0, 0.9 * RATE_HZ)))
    found.add(watch.observe(voice.subarray(0, 0.1 * RATE_HZ)))
  }
  t.same([...found], [null])
})

t.test('what is found does not depend on how the samples are cut', async () => {
  const piece = fc.oneof(
    fc.constant(voice.subarray(0, 500)),
    fc.constant(clipped.subarray(0, 11_000)),
    fc.constantFrom(0, 0.5).map((value) => constant(value, 5_500)),
  )
  await fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.integer({ min: 1, max: 3_000 }), (pieces, size) => {
      const all = Float32Array.from(pieces.flatMap((samples) => [...samples]))
      const [whole, cut] = [faults(10), faults(10)]
      for (let i = 0; i < all.length; i += size) cut.observe(all.subarray(i, i + size))
      return whole.observe(all) === cut.fault
    }),
    { numRuns: 40 },
  )
})
